import Base
import CMailroom
import CSystem
import Glibc

/// How long one piece of work on a stream may wait, and what ends it early. Given anew with each call, because a
/// stream outlives the invocation that uses it.
package struct Patience {
    /// By the boot clock, in milliseconds; `Int64.max` for none.
    package var deadline: Int64
    /// For one wait in which nothing moves; 0 or less for none.
    package var timeoutMs: Int64
    package var cancellation: Cancellation?
    /// Asked at least once a second while waiting; what it throws ends the wait.
    package var pulse: (() throws(Failure) -> Void)?

    package init(
        deadline: Int64 = .max, timeoutMs: Int64 = 60_000, cancellation: Cancellation? = nil,
        pulse: (() throws(Failure) -> Void)? = nil
    ) {
        self.deadline = deadline
        self.timeoutMs = timeoutMs
        self.cancellation = cancellation
        self.pulse = pulse
    }

    /// When a wait that begins now has waited enough.
    var until: Int64 {
        guard timeoutMs > 0 else { return deadline }
        let (sum, overflow) = Clock.boot().addingReportingOverflow(timeoutMs)
        return overflow ? deadline : min(deadline, sum)
    }

    /// Waits until one of the descriptors has what it is asked for (`revents` tells), or the time is over.
    /// - Returns: false at the time's end.
    /// - Throws: `MR_E_CANCELLED`, or what `pulse` throws.
    func wait(_ watched: inout [pollfd], until: Int64) throws(Failure) -> Bool {
        let asked = watched.count
        if let cancellation, cancellation.descriptor >= 0 {
            watched.append(pollfd(fd: cancellation.descriptor, events: Int16(POLLIN), revents: 0))
        }
        defer { watched.removeLast(watched.count - asked) }
        // Without its descriptor a cancellation is only seen by looking.
        let slice: Int64 = cancellation.map { $0.descriptor >= 0 ? 1000 : 50 } ?? (pulse == nil ? 60_000 : 1000)
        while true {
            try cancellation?.check()
            let left = until - min(Clock.boot(), until)
            let ready = poll(&watched, nfds_t(watched.count), Int32(clamping: min(left, slice)))
            if ready < 0, csystem_errno() != EINTR {
                throw Failure(MR_E_INTERNAL, "poll: \(errorWords(csystem_errno()))")
            }
            try cancellation?.check()
            if ready > 0, watched.prefix(asked).contains(where: { $0.revents != 0 }) { return true }
            try pulse?()
            if Clock.boot() >= until { return false }
        }
    }

    /// The same for one descriptor.
    func wait(_ descriptor: Int32, for events: Int32) throws(Failure) -> Bool {
        var watched = [pollfd(fd: descriptor, events: Int16(events), revents: 0)]
        return try wait(&watched, until: until)
    }
}

/// The system's English words for an errno value.
func errorWords(_ code: Int32) -> String { String(cString: csystem_error_words(code)) }

extension Patience {
    /// Waits so many milliseconds, or until the deadline.
    /// - Throws: `MR_E_CANCELLED`, or what `pulse` throws.
    package func sleep(_ milliseconds: Int64) throws(Failure) {
        let (sum, overflow) = Clock.boot().addingReportingOverflow(milliseconds)
        var nothing: [pollfd] = []
        _ = try wait(&nothing, until: overflow ? deadline : min(deadline, sum))
    }
}

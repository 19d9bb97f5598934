import Base
import Transport

/// A stream or an HTTP reply that a session has parked: the session goes on by `wake` when it wakes.
package final class ParkedStream {
    let connection: any Parkable
    /// After so long it wakes by itself; the session asked for that.
    package let wakeAfterMs: Int64
    /// Behind a lock, because a worker that was told may be here before `wait` has returned.
    private let ticket = Lock<ParkTicket?>(nil)

    init(_ connection: any Parkable, wakeAfterMs: Int64) {
        self.connection = connection
        self.wakeAfterMs = wakeAfterMs
    }

    deinit { cancel() }

    /// The server at the other end.
    package var host: String { connection.host }

    /// Gives the stream to the poller. A stream that was read by lines wakes for nothing less than a line.
    /// - Parameter onWake: called once, on the poller's thread, which it must not keep: have a worker call `wake` of the
    ///   session. It may come before this function has returned.
    /// - Throws: `MR_E_INTERNAL` where it cannot be watched.
    package func wait(_ onWake: @escaping @Sendable (WakeReason) -> Void) throws(Failure) {
        cancel()
        let made = try Poller.park(
            connection, wakeAfterMs: wakeAfterMs, minimumLine: connection.readsLines, onWake: onWake)
        ticket.withLock { $0 = made }
    }

    /// Takes it back from the poller, so that the session may be called. `wake` and `close` of the session do it by
    /// themselves.
    /// - Returns: true where `onWake` will not be called; false where it was, or is about to be.
    @discardableResult
    package func cancel() -> Bool {
        let given = ticket.withLock { ticket in
            defer { ticket = nil }
            return ticket
        }
        return given.map { Poller.cancel($0) } ?? true
    }
}

import Base
import CMailroom
import CSystem
import Glibc

/// Waiting for the network.
extension HTTPExchange {
    /// Runs the transfer until the condition holds or it is over.
    /// - Throws: what it failed with, where the condition does not hold; `MR_E_CANCELLED`; `MR_E_CONNECTION` where nothing
    ///   moved for the time that a wait may take, or the deadline has come. Its step says whether the request had gone: `http`.
    func run(until isMet: () -> Bool) throws(Failure) {
        do throws(Failure) { try runOn(until: isMet) } catch {
            var failure = error
            failure.step = failure.step ?? (goes == 0 ? "dial" : "http")
            throw failure
        }
    }

    private func runOn(until isMet: () -> Bool) throws(Failure) {
        var seen = moves
        var until = patience.until
        while true {
            guard let line else { throw address.peer.connection("lost", "the exchange is closed", step: "http") }
            step(line)
            if isMet() { return }
            if case .some(let end) = outcome {
                if let failure = end { throw failure }
                return
            }
            if moves != seen {
                seen = moves
                until = patience.until
            }
            try wait(line, until)
        }
    }

    private func wait(_ line: HTTPLine, _ until: Int64) throws(Failure) {
        try patience.cancellation?.check()
        try patience.pulse?()
        let now = Clock.boot()
        guard now < until else {
            let failure = address.peer.connection("timed_out", waiting, step: goes == 0 ? "dial" : "http")
            outcome = .some(failure)
            throw failure
        }
        let bell = patience.cancellation?.descriptor ?? -1
        let slice: Int64 = patience.cancellation != nil && bell < 0 ? 50 : 1000
        csystem_curl_wait(line.multi, bell, Int32(clamping: min(until - now, slice)))
        try patience.cancellation?.check()
    }

    private var waiting: String {
        if goes == 0 { return "no connection in time" }
        return head.isComplete ? "nothing came of the answer's rest" : "no answer in time"
    }

    /// The head of the answer, once it is there.
    func runToHead() throws(Failure) {
        try run { head.isComplete }
        guard head.isComplete else {
            throw address.peer.connection("lost", "the server hung up without an answer", step: "http")
        }
    }

    /// Until the body is wanted, or the server has answered without it.
    func runToBody() throws(Failure) { try run { sendingPaused || head.isComplete } }

    /// Hands over a piece of the request's body; returns when libcurl has taken all of it. What comes behind the server's
    /// answer is dropped: it has its mind made up.
    func write(_ bytes: UnsafeRawBufferPointer, isLast: Bool) throws(Failure) {
        guard !head.isComplete else { return }
        try checkUnbroken()
        guard let line, outcome == nil else { return }
        outgoing = bytes
        isLastPiece = isLast
        defer { outgoing = nil }
        resumeSending(line)
        try run { outgoing?.isEmpty ?? true || head.isComplete }
        if !head.isComplete { try checkUnbroken() }
    }

    /// libcurl may have taken all of a piece, and found in the same step that the connection is gone: whoever writes is told at
    /// once, not behind the last piece.
    private func checkUnbroken() throws(Failure) {
        if case .some(let failure?) = outcome { throw failure }
    }

    /// Nothing follows: what is asked for next goes on without waiting here.
    func endBody() {
        isLastPiece = true
        if let line { resumeSending(line) }
    }

    /// What waited inside libcurl comes out at once, and may be too much already.
    private func resume(_ line: HTTPLine) {
        let code = csystem_curl_pause(line.easy, receivingPaused ? 1 : 0, sendingPaused ? 1 : 0)
        if code != CURLE_OK, outcome == nil { outcome = .some(refusal ?? fault(code, line.easy)) }
    }

    private func resumeSending(_ line: HTTPLine) {
        guard sendingPaused else { return }
        sendingPaused = false
        resume(line)
    }

    /// - Returns: how many octets of the answer's body were put there; 0 at its end.
    func read(into target: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
        guard !target.isEmpty else { return 0 }
        if received.count == 0 {
            if receivingPaused, let line {
                receivingPaused = false
                resume(line)
            }
            try run { received.count > 0 }
        }
        let count = min(received.count, target.count)
        if count > 0 {
            target.copyMemory(from: UnsafeRawBufferPointer(rebasing: received.bytes[..<count]))
            received.drop(count)
        }
        return count
    }
}

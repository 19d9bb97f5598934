import Base
import CMailroom

/// The threads that do blocking work: made when work comes, gone after some idle seconds, bounded.
final class Workers: Sendable {
    private struct State {
        var queue: [@Sendable () -> Void] = []
        var threads = 0
        var idle = 0
        var closed = false
    }

    static let maximum = 64
    private static let idleMilliseconds: Int64 = 5_000
    private let state = Monitor(State())

    /// Has `body` run on a worker thread soon.
    func run(_ body: @escaping @Sendable () -> Void) throws(Failure) {
        let makeThread: Bool? = state.withLock { state in
            guard !state.closed else { return nil }
            state.queue.append(body)
            let needed = state.queue.count > state.idle && state.threads < Workers.maximum
            if needed { state.threads += 1 }
            return needed
        }
        guard let makeThread else { throw Failure(MR_E_CLOSED, "the engine is closed") }
        state.signal { _ in }
        guard makeThread else { return }
        do {
            try PosixThread.start("mr-worker") { [self] in work() }.detach()
        } catch {
            let stranded = state.withLock { state in
                state.threads -= 1
                if state.threads == 0 { state.queue.removeAll() }
                return state.threads == 0
            }
            if stranded { throw error }
        }
    }

    private func work() {
        while true {
            state.withLock { $0.idle += 1 }
            let next = state.wait(milliseconds: Workers.idleMilliseconds) { state -> (@Sendable () -> Void)?? in
                if !state.queue.isEmpty { return .some(state.queue.removeFirst()) }
                return state.closed ? .some(nil) : nil
            }
            state.withLock { $0.idle -= 1 }
            guard case .some(.some(let body)) = next else { break }
            body()
        }
        // Work may have come in after the wait gave up: whoever queued it saw this thread as idle.
        let late = state.withLock { state -> (@Sendable () -> Void)? in
            state.queue.isEmpty ? nil : state.queue.removeFirst()
        }
        late?()
        if late != nil { return work() }
        state.signal { $0.threads -= 1 }
    }

    /// Takes no more work and waits until every thread has ended.
    func close() {
        state.signal { $0.closed = true }
        _ = state.wait(milliseconds: nil) { $0.threads == 0 ? true : nil }
    }
}

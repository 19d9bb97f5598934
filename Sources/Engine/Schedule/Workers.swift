import Base
import CMailroom

/// The threads that do blocking work: made when work comes, gone after some idle seconds, bounded. Some of them are
/// kept for sending, and no server gets more than its share: what is slow keeps nothing else waiting.
final class Workers: Sendable {
    private struct State {
        var queue = WorkQueue(
            maximum: Workers.maximum, keptForSending: Workers.keptForSending, perHost: Workers.perHost)
        var threads = 0
        var idle = 0
        var closed = false
    }

    static let maximum = 64
    static let keptForSending = 8
    static let perHost = maximum / 4
    private static let idleMilliseconds: Int64 = 5_000
    private let state = Monitor(State())

    /// Has `body` run on a worker thread soon.
    /// - Parameter host: the server that it talks to; nil: none.
    func run(sends: Bool, host: String? = nil, _ body: @escaping @Sendable () -> Void) throws(Failure) {
        let work = WorkQueue.Work(sends: sends, host: host, body: body)
        let makeThread: Bool? = state.withLock { state in
            guard !state.closed else { return nil }
            state.queue.add(work)
            let needed = state.queue.ready > state.idle && state.threads < Workers.maximum
            if needed { state.threads += 1 }
            return needed
        }
        guard let makeThread else { throw Failure(MR_E_CLOSED, "the engine is closed") }
        guard makeThread else { return state.signalOne { _ in } }
        do {
            try PosixThread.start("mr-worker") { [self] in
                while let work = next() {
                    work.body()
                    state.withLock { $0.queue.done(work) }
                }
            }.detach()
        } catch {
            let stranded = state.withLock { state in
                state.threads -= 1
                guard state.threads == 0 else { return false }
                state.queue.removeAll()
                return true
            }
            if stranded { throw error }
        }
    }

    /// What this thread does next; nil: it ends, and is counted no more.
    private func next() -> WorkQueue.Work? {
        state.withLock { $0.idle += 1 }
        // A thread is idle until the very moment at which it takes something: else work would wait for it.
        let found = state.wait(milliseconds: Workers.idleMilliseconds) { state -> WorkQueue.Work?? in
            guard let work = state.queue.take() else { return state.closed ? .some(nil) : nil }
            state.idle -= 1
            return .some(work)
        }
        if case .some(.some(let work)) = found { return work }
        var late: WorkQueue.Work?
        state.signal { state in
            state.idle -= 1
            late = state.queue.take()
            if late == nil { state.threads -= 1 }
        }
        return late
    }

    /// Whether sends wait for nothing but a thread: whoever has one for long gives it back.
    var isCrowded: Bool { state.withLock { $0.queue.sendsReady > 0 } }

    func takeNoMore() { state.signal { $0.closed = true } }

    /// Waits until every thread has ended, after `takeNoMore`.
    func join() { _ = state.wait(milliseconds: nil) { $0.threads == 0 ? true : nil } }
}

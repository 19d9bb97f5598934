import Base
import CMailroom

/// The threads that do blocking work: made when work comes, gone after some idle seconds, bounded. Some of them are
/// kept for sending: jobs that wait for an account's lease must not keep mail from going out.
final class Workers: Sendable {
    private struct Work: Sendable {
        let sends: Bool
        let body: @Sendable () -> Void
    }

    private struct State {
        var sends: [Work] = []
        var others: [Work] = []
        /// How many threads are at others than sends.
        var busy = 0
        var threads = 0
        var idle = 0
        var closed = false

        /// How much of what is queued may be begun now.
        var ready: Int { sends.count + min(others.count, Workers.maximum - Workers.keptForSending - busy) }

        mutating func take() -> Work? {
            guard ready > 0 else { return nil }
            if !sends.isEmpty { return sends.removeFirst() }
            busy += 1
            return others.removeFirst()
        }
    }

    static let maximum = 64
    static let keptForSending = 8
    private static let idleMilliseconds: Int64 = 5_000
    private let state = Monitor(State())

    /// Has `body` run on a worker thread soon.
    func run(sends: Bool, _ body: @escaping @Sendable () -> Void) throws(Failure) {
        let work = Work(sends: sends, body: body)
        let makeThread: Bool? = state.withLock { state in
            guard !state.closed else { return nil }
            if sends { state.sends.append(work) } else { state.others.append(work) }
            let needed = state.ready > state.idle && state.threads < Workers.maximum
            if needed { state.threads += 1 }
            return needed
        }
        guard let makeThread else { throw Failure(MR_E_CLOSED, "the engine is closed") }
        state.signal { _ in }
        guard makeThread else { return }
        do {
            try PosixThread.start("mr-worker") { [self] in
                while let work = next() {
                    work.body()
                    if !work.sends { state.signal { $0.busy -= 1 } }
                }
            }.detach()
        } catch {
            let stranded = state.withLock { state in
                state.threads -= 1
                guard state.threads == 0 else { return false }
                state.sends.removeAll()
                state.others.removeAll()
                return true
            }
            if stranded { throw error }
        }
    }

    /// What this thread does next; nil: it ends, and is counted no more.
    private func next() -> Work? {
        state.withLock { $0.idle += 1 }
        // A thread is idle until the very moment at which it takes something: else work would wait for it.
        let found = state.wait(milliseconds: Workers.idleMilliseconds) { state -> Work?? in
            guard let work = state.take() else { return state.closed ? .some(nil) : nil }
            state.idle -= 1
            return .some(work)
        }
        if case .some(.some(let work)) = found { return work }
        var late: Work?
        state.signal { state in
            state.idle -= 1
            late = state.take()
            if late == nil { state.threads -= 1 }
        }
        return late
    }

    func takeNoMore() { state.signal { $0.closed = true } }

    /// Waits until every thread has ended, after `takeNoMore`.
    func join() { _ = state.wait(milliseconds: nil) { $0.threads == 0 ? true : nil } }
}

import Base
import CMailroom
import Store
import Synchronization
import Transport

/// Why running work should end: asked by anyone, looked at by the work between its steps, and waking it out of a
/// wait on a server.
final class Interruption: Sendable {
    enum Reason: Int, Sendable {
        case none = 0
        case asked = 1  // mr_job_cancel, here or in another process
        case stopping = 2  // mr_stop or mr_close: at the next commit point
        case leaseLost = 3
    }

    /// Handed to the plugin host, which wakes blocked calls by it.
    let wake = Cancellation()
    private let why = Atomic<Int>(0)
    private let lookedAt = Atomic<Int64>(0)
    private let job: Int64?
    private let store: Store
    private let holds = Atomic<Bool>(false)
    private let gives = Atomic<Bool>(false)

    init(store: Store, job: Int64?) {
        self.store = store
        self.job = job
    }

    var reason: Reason { Reason(rawValue: why.load(ordering: .sequentiallyConsistent)) ?? .none }

    /// The first reason stays.
    func interrupt(_ reason: Reason) {
        _ = why.compareExchange(expected: 0, desired: reason.rawValue, ordering: .sequentiallyConsistent)
        if !(reason == .stopping && holds.load(ordering: .sequentiallyConsistent)) { wake.cancel() }
    }

    /// So long a stopping engine waits for a server that has a whole message and does not answer: most do within a second.
    static let graceMs: Int64 = 8_000

    /// A stopping engine waits no longer: a message that is being handed over ends with an outcome that is unknown.
    func cut() {
        letGo()
        interrupt(.stopping)
    }

    /// From here until `letGo` a stopping engine does not tear the work out of its step: a message is being handed over.
    /// - Throws: as `check`, where the work should have ended already.
    func hold() throws(Failure) {
        holds.store(true, ordering: .sequentiallyConsistent)
        guard reason != .none else { return }
        holds.store(false, ordering: .sequentiallyConsistent)
        try check()
    }

    /// Asks for an end at the next commit because something else of the account is more urgent; what is left is done after
    /// that. A wait on a server is not torn.
    func giveWay() { gives.store(true, ordering: .sequentiallyConsistent) }

    /// Whether the work ends by `giveWay`.
    var isGivingWay: Bool { gives.load(ordering: .sequentiallyConsistent) }

    func letGo() { holds.store(false, ordering: .sequentiallyConsistent) }

    /// Throws where the work should end. Another process's wish is looked up once a second.
    func check() throws(Failure) {
        if let job, reason == .none {
            let now = Clock.boot()
            if now - lookedAt.load(ordering: .relaxed) >= 1000 {
                lookedAt.store(now, ordering: .relaxed)
                if try store.jobCancelRequested(job) { interrupt(.asked) }
            }
        }
        switch reason {
        case .none: return
        case .stopping where holds.load(ordering: .sequentiallyConsistent): return
        case .asked: throw Failure(MR_E_CANCELLED, "the job was cancelled")
        case .stopping: throw Failure(MR_E_CANCELLED, "the engine is stopping")
        case .leaseLost: throw Failure(MR_E_BUSY, "another process has taken the account over")
        }
    }
}

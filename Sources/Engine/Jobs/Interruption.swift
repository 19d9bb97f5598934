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
    /// Patient work is not torn out of its step when the engine stops: it looks at `reason` between its steps.
    private let patient: Bool

    init(store: Store, job: Int64?, patient: Bool = false) {
        self.store = store
        self.job = job
        self.patient = patient
    }

    var reason: Reason { Reason(rawValue: why.load(ordering: .relaxed)) ?? .none }

    /// The first reason stays.
    func interrupt(_ reason: Reason) {
        _ = why.compareExchange(expected: 0, desired: reason.rawValue, ordering: .relaxed)
        if !(patient && reason == .stopping) { wake.cancel() }
    }

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
        case .stopping where patient: return
        case .asked: throw Failure(MR_E_CANCELLED, "the job was cancelled")
        case .stopping: throw Failure(MR_E_CANCELLED, "the engine is stopping")
        case .leaseLost: throw Failure(MR_E_BUSY, "another process has taken the account over")
        }
    }
}

import Base
import CMailroom
import PluginHost
import Store
import Synchronization

/// One opened store and the work done on it: what an `mr_engine` stands for. Its functions mirror mailroom.h,
/// where their promises are written.
package final class Engine: Sendable {
    let core: Core
    let options: EngineOptions
    private let generation = Fork.generation
    private let started = Lock(false)
    private let closed = Atomic<Bool>(false)
    /// Wakes whoever waits here when the engine closes.
    private let closing = Monitor(false)

    private init(core: Core, options: EngineOptions) {
        self.core = core
        self.options = options
    }

    package static func open(_ path: String, _ record: Record) throws(Failure) -> Engine {
        let options = try EngineOptions(record)
        guard path.hasPrefix("/") || !path.isEmpty else { throw .invalid("store", "is empty") }
        var opening = StoreOptions()
        opening.create = options.create
        opening.key = options.key
        opening.keyID = options.keyID
        opening.keyFile = options.keyFile
        opening.groupAccess = options.groupAccess
        opening.changesKeepDays = options.changesKeepDays
        opening.leaseMs = options.leaseMs
        let store = try Store.open(path, opening)
        // What a killed process was at is not shown as running: no worker may be there to find out.
        if options.work != .never { try? store.settleDeadJobs() }
        let engine = Engine(core: Core.open(store, options), options: options)
        // Where no worker lives, nobody else would say so.
        if (try? engine.core.hasWorker()) == false { try? engine.core.sweepStale(known: false, limit: 100) }
        return engine
    }

    /// Push, polling and the send queue, in the background, until `stop`.
    package func start() throws(Failure) {
        try checkOpen()
        guard options.work == .always else {
            throw .invalid("work", "the engine was opened with work=\(options.work.rawValue); start needs always")
        }
        try started.withLock { (started) throws(Failure) in
            guard !started else { return }
            try core.start()
            started = true
        }
    }

    /// Lets running work end or reach a commit point.
    package func stop() throws(Failure) {
        try checkOpen()
        endSchedule()
    }

    private func endSchedule() {
        let wasStarted = started.withLock { started in
            defer { started = false }
            return started
        }
        if wasStarted { core.stop() }
    }

    /// After a fork the child only lets go of the memory.
    package func close() {
        guard Fork.generation == generation, !closed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        closing.signal { $0 = true }
        endSchedule()
        core.close()
        core.store.close()
    }

    /// - Throws: `MR_E_FORKED` in a child of the process that opened it.
    package func checkFork() throws(Failure) {
        guard Fork.generation == generation else {
            throw Failure(MR_E_FORKED, "the handle was made before the fork: open the store anew in this process")
        }
    }

    /// - Throws: `MR_E_FORKED`, or `MR_E_CLOSED` after `close`.
    func checkOpen() throws(Failure) {
        try checkFork()
        guard !closed.load(ordering: .acquiring) else { throw Failure(MR_E_CLOSED, "the engine is closed") }
    }

    /// Sleeps, unless the engine closes.
    func pause(_ milliseconds: Int64) {
        _ = closing.wait(milliseconds: milliseconds) { $0 ? true : nil }
    }
}

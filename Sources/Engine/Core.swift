import Base
import CMailroom
import CSystem
import PluginHost
import Store

/// What one store has in this process, however many engines are open on it: its plugins, its worker threads,
/// its leases, and the jobs that run here.
final class Core: Sendable {
    let store: Store
    let options: EngineOptions
    let registry: PluginRegistry
    let workers = Workers()
    let leases: LeaseKeeper
    /// What is allowed: connections, logins, pauses, what servers have taught.
    let connections: Connections
    let logins = LoginGate()
    let pauses = Pauses()
    let learned = LearnedLimits()
    let budgets: RequestBudgets
    /// The jobs and sends that run here, by key; signalled when one ends.
    let running = Monitor<[RunKey: Interruption]>([:])

    enum RunKey: Hashable, Sendable {
        case job(Int64)
        case sending(Int64)  // an account's queue
        case beside(Int64, Int)  // a session beside the first at an account's queue
        case wishing(Int64)  // an account's wishes
        case syncing(Int64)  // an account's turn in the schedule
        case indexing
    }

    /// What runs between `mr_start` and `mr_stop`, however many engines are started.
    private let background = Lock<(running: Schedule?, starts: Int)>((nil, 0))

    private init(store: Store, options: EngineOptions) {
        self.store = store
        self.options = options
        registry = PluginRegistry(directories: options.plugins + [BuiltInPlugins.directory].compactMap { $0 })
        leases = LeaseKeeper(store: store, leaseMs: options.leaseMs)
        budgets = RequestBudgets(store)
        connections = Connections(ofProcess: options.connections, ofHost: options.hostConnections)
    }

    /// What works in the background; nil where nothing does.
    var schedule: Schedule? { background.withLock { $0.running } }
    var turns: Turns? { schedule?.turns }
    var watchers: Watchers? { schedule?.watchers }
    var sessions: SessionCache? { schedule?.sessions }

    /// Begins the work in the background, unless another engine of this store has done so. Each start needs its stop.
    func start() throws(Failure) {
        let begun = try background.withLock { (background) throws(Failure) -> Schedule? in
            background.starts += 1
            guard background.running == nil else { return nil }
            do throws(Failure) {
                let schedule = try Schedule(self)
                background.running = schedule
                return schedule
            } catch {
                background.starts -= 1
                throw error
            }
        }
        do throws(Failure) {
            try begun?.start()
        } catch {
            stop()
            throw error
        }
    }

    /// The last stop lets running work end or reach a commit point, and waits for it.
    func stop() {
        let last = background.withLock { background -> Schedule? in
            background.starts -= 1
            guard background.starts == 0 else { return nil }
            defer { background.running = nil }
            return background.running
        }
        last?.stop()
    }

    private struct Owned {
        let core: Core
        var owners: Int
    }
    private static let cores = PerProcess { Monitor<[ObjectIdentifier: Owned]>([:]) }

    /// The core of this store, made with these options by its first owner. Each `open` needs its `close`.
    static func open(_ store: Store, _ options: EngineOptions) -> Core {
        cores.current.withLock { cores in
            let identifier = ObjectIdentifier(store)
            var owned = cores[identifier] ?? Owned(core: Core(store: store, options: options), owners: 0)
            owned.owners += 1
            cores[identifier] = owned
            return owned.core
        }
    }

    /// The last owner's close ends what runs, at its next commit point, and waits for the threads.
    func close() {
        let last = Core.cores.current.withLock { cores in
            let identifier = ObjectIdentifier(store)
            guard var owned = cores[identifier] else { return false }
            owned.owners -= 1
            cores[identifier] = owned.owners == 0 ? nil : owned
            return owned.owners == 0
        }
        guard last else { return }
        workers.takeNoMore()  // first: what comes in between would not be interrupted
        end(running.withLock { Array($0.values) })
        workers.join()
        leases.close()
    }

    /// Has running work end at its next commit point, and waits for it: not for ever for servers that hang.
    func end(_ begun: [Interruption]) {
        for work in begun { work.interrupt(.stopping) }
        for grace in [Interruption.graceMs, nil] {
            let ended = running.wait(milliseconds: grace) { running in
                running.values.contains { work in begun.contains { $0 === work } } ? nil : true
            }
            if ended == true { return }
            for work in begun { work.cut() }
        }
    }

    /// Runs `body` on a worker thread under a key, unless work under that key runs here already.
    /// - Parameters:
    ///   - host: the server that the work talks to: it takes one of that server's threads.
    ///   - then: called on the same thread with what `body` gave, when the key is free again.
    /// - Returns: false where it runs already.
    @discardableResult
    func begin<Result>(
        _ key: RunKey, job: Int64? = nil, host: String? = nil,
        _ body: @escaping @Sendable (Interruption) -> Result, then: @escaping @Sendable (Result) -> Void = { _ in }
    ) throws(Failure) -> Bool {
        let interruption = Interruption(store: store, job: job)
        let fresh = running.withLock { running in
            guard running[key] == nil else { return false }
            running[key] = interruption
            return true
        }
        guard fresh else { return false }
        do {
            let sends = if case .sending = key { true } else { false }
            try workers.run(sends: sends, host: host) { [self] in
                let result = body(interruption)
                running.signal { $0[key] = nil }
                then(result)
            }
        } catch {
            running.signal { $0[key] = nil }
            throw error
        }
        return true
    }

    func isRunning(_ key: RunKey) -> Bool { running.withLock { $0[key] != nil } }

}

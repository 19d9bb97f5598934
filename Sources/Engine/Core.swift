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
    /// The jobs and sends that run here, by key; signalled when one ends.
    let running = Monitor<[RunKey: Interruption]>([:])

    enum RunKey: Hashable, Sendable {
        case job(Int64)
        case sending(Int64)  // an account's queue
        case wishing(Int64)  // an account's wishes
        case syncing(Int64)  // an account's turn in the schedule
    }

    private init(store: Store, options: EngineOptions) {
        self.store = store
        self.options = options
        registry = PluginRegistry(directories: options.plugins + [BuiltInPlugins.directory].compactMap { $0 })
        leases = LeaseKeeper(store: store, leaseMs: options.leaseMs)
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
        running.withLock { $0.values.forEach { $0.interrupt(.stopping) } }
        workers.join()
        leases.close()
    }

    /// Runs `body` on a worker thread under a key, unless work under that key runs here already.
    /// - Returns: false where it runs already.
    @discardableResult
    func begin(
        _ key: RunKey, job: Int64? = nil, _ body: @escaping @Sendable (Interruption) -> Void
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
            try workers.run(sends: sends) { [self] in
                body(interruption)
                running.signal { $0[key] = nil }
            }
        } catch {
            running.signal { $0[key] = nil }
            throw error
        }
        return true
    }

    func isRunning(_ key: RunKey) -> Bool { running.withLock { $0[key] != nil } }

}

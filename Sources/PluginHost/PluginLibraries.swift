import Base
import CMailroom
import Synchronization
import Transport

/// The libraries that this process has loaded, by path: one .so is loaded and initialised once, however many engines
/// use it, and a failure is remembered. A child made by fork(2) knows what its parent had loaded.
enum PluginLibraries {
    private final class Entry: Sendable {
        let path: String
        let identity: PluginDirectory.FileIdentity
        let outcome: Result<LoadedPlugin, Failure>
        let next: Entry?

        init(
            _ path: String, _ identity: PluginDirectory.FileIdentity, _ outcome: Result<LoadedPlugin, Failure>,
            next: Entry?
        ) {
            self.path = path
            self.identity = identity
            self.outcome = outcome
            self.next = next
        }
    }

    /// The address of the newest entry, which is kept for good; 0 at first. Read without a lock, because in a child the
    /// parent's locks may be held for ever.
    private static let newest = Atomic<UInt>(0)

    /// Held while one library is loaded.
    private final class Gate: Sendable {
        let lock = Lock(())
    }
    private static let gate = PerProcess { Gate() }

    /// - Throws: `MR_E_PLUGIN` with the reason.
    static func load(_ manifest: Manifest, in directory: PluginDirectory) throws(Failure) -> LoadedPlugin {
        let identity = try directory.check(manifest.library)
        let path = "\(directory.path)/\(manifest.library)"
        let outcome = gate.current.lock.withLock { _ -> Result<LoadedPlugin, Failure> in
            if let entry = find(path) {
                // The loader knows a library by its path, and would hand out the old one.
                guard entry.identity == identity else {
                    return .failure(
                        LoadedPlugin.refused("was replaced since it was loaded; a new process will load the new one"))
                }
                return entry.outcome
            }
            let outcome = load(path, identity, in: directory, manifest)
            let entry = Entry(path, identity, outcome, next: head)
            newest.store(UInt(bitPattern: Unmanaged.passRetained(entry).toOpaque()), ordering: .releasing)
            return outcome
        }
        let plugin = try outcome.get()
        try plugin.check(against: manifest)
        return plugin
    }

    private static var head: Entry? {
        UnsafeRawPointer(bitPattern: newest.load(ordering: .acquiring)).map {
            Unmanaged<Entry>.fromOpaque($0).takeUnretainedValue()
        }
    }

    private static func find(_ path: String) -> Entry? {
        var next = head
        while let entry = next {
            if entry.path == path { return entry }
            next = entry.next
        }
        return nil
    }

    private static func load(
        _ path: String, _ identity: PluginDirectory.FileIdentity, in directory: PluginDirectory, _ manifest: Manifest
    ) -> Result<LoadedPlugin, Failure> {
        do throws(Failure) {
            let plugin = try LoadedPlugin(path: path)
            // Only root and this user could have changed it between the check and the load; then it is not used.
            guard try directory.check(manifest.library) == identity else {
                throw LoadedPlugin.refused("was replaced while it was loaded")
            }
            return .success(plugin)
        } catch {
            return .failure(error)
        }
    }
}

import Base
import CMailroom
import Synchronization
import Transport

/// The libraries that this process has loaded, by path: one .so is loaded and initialised once, however many engines
/// use it, and a failure is remembered.
final class PluginLibraries: Sendable {
    private struct Entry: Sendable {
        let identity: PluginDirectory.FileIdentity
        let outcome: Result<LoadedPlugin, Failure>
    }

    private static let shared = PerProcess { PluginLibraries() }
    private let entries = Mutex<[String: Entry]>([:])

    /// - Throws: `MR_E_PLUGIN` with the reason.
    static func load(_ manifest: Manifest, in directory: PluginDirectory) throws(Failure) -> LoadedPlugin {
        try shared.object.load(manifest, in: directory)
    }

    private func load(_ manifest: Manifest, in directory: PluginDirectory) throws(Failure) -> LoadedPlugin {
        let identity = try directory.check(manifest.library)
        let path = "\(directory.path)/\(manifest.library)"
        let outcome = entries.withLock { entries -> Result<LoadedPlugin, Failure> in
            if let entry = entries[path] {
                // The loader knows a library by its path, and would hand out the old one.
                guard entry.identity == identity else {
                    return .failure(
                        LoadedPlugin.refused("was replaced since it was loaded; a new process will load the new one"))
                }
                return entry.outcome
            }
            let outcome = PluginLibraries.load(path, identity, in: directory, manifest)
            entries[path] = Entry(identity: identity, outcome: outcome)
            return outcome
        }
        let plugin = try outcome.get()
        try plugin.check(against: manifest)
        return plugin
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

import Base
import CMailroom

/// The plugins of some directories: found by their manifests, loaded at first use, refused with a reason that is
/// remembered. What is wrong with one never touches another.
package final class PluginRegistry: Sendable {
    private struct Plugin: Sendable {
        var entry: PluginEntry
        let manifest: Manifest?
        let directory: String
        var loaded: LoadedPlugin?
        /// Why it was refused.
        var failure: Failure?
    }

    private let directories: [String]
    private let plugins = Lock<[Plugin]?>(nil)

    /// Reads nothing yet.
    /// - Parameter directories: absolute paths; the first one wins where two serve one scheme.
    package init(directories: [String]) {
        self.directories = directories
    }

    /// Reads the manifests and checks the files, the first time; later calls give the same list with its present states.
    /// A directory that does not exist is no failure: it has no plugins.
    package func scan() -> [PluginEntry] {
        plugins.withLock { plugins in
            let found = plugins ?? findAll()
            plugins = found
            return found.map(\.entry)
        }
    }

    /// What the manifest says of a scheme, without loading code.
    /// - Throws: `MR_E_NOT_FOUND` for a scheme nobody serves, `MR_E_PLUGIN` with the remembered reason.
    package func manifest(_ scheme: String) throws(Failure) -> ProviderManifest {
        let answer = plugins.withLock { plugins -> Result<ProviderManifest, Failure> in
            var all = plugins ?? findAll()
            defer { plugins = all }
            return find(scheme, in: &all).map(\.manifest)
        }
        return try answer.get()
    }

    /// The loaded provider of a scheme; its library is loaded at the first use in the process.
    /// - Throws: as `manifest`.
    package func provider(_ scheme: String) throws(Failure) -> LoadedProvider {
        let answer = plugins.withLock { plugins -> Result<LoadedProvider, Failure> in
            var all = plugins ?? findAll()
            defer { plugins = all }
            return find(scheme, in: &all).flatMap { found in
                load(found.index, &all).flatMap { provider(found.manifest, $0) }
            }
        }
        return try answer.get()
    }

    private func provider(_ manifest: ProviderManifest, _ plugin: LoadedPlugin) -> Result<LoadedProvider, Failure> {
        guard let functions = plugin.providers.first(where: { $0.scheme == manifest.scheme }) else {
            return .failure(LoadedPlugin.refused("\(manifest.scheme) is not served"))
        }
        return .success(LoadedProvider(manifest: manifest, functions: functions))
    }

    private func find(
        _ scheme: String, in plugins: inout [Plugin]
    ) -> Result<(index: Int, manifest: ProviderManifest), Failure> {
        var refused: Failure?
        for (index, plugin) in plugins.enumerated() {
            guard let manifest = plugin.entry.providers.first(where: { $0.scheme == scheme }) else { continue }
            guard let failure = plugin.failure else { return .success((index, manifest)) }
            if refused == nil { refused = failure }
        }
        return .failure(refused ?? .notFound("provider \(HostText.line(scheme, limit: 64))"))
    }

    private func load(_ index: Int, _ plugins: inout [Plugin]) -> Result<LoadedPlugin, Failure> {
        if let loaded = plugins[index].loaded { return .success(loaded) }
        guard let manifest = plugins[index].manifest else {
            return .failure(plugins[index].failure ?? LoadedPlugin.refused("has no manifest"))
        }
        do throws(Failure) {
            let loaded = try PluginLibraries.load(manifest, in: PluginDirectory(plugins[index].directory))
            plugins[index].loaded = loaded
            plugins[index].entry.state = .loaded
            return .success(loaded)
        } catch {
            let failure = PluginRegistry.refusal("plugin \(manifest.plugin) (\(manifest.library))", error)
            plugins[index].failure = failure
            plugins[index].entry.state = .refused
            plugins[index].entry.reason = failure.message
            return .failure(failure)
        }
    }

    private static func refusal(_ what: String, _ failure: Failure) -> Failure {
        Failure(MR_E_PLUGIN, "\(what): \(failure.message)")
    }

    // MARK: finding them

    private func findAll() -> [Plugin] {
        var plugins: [Plugin] = []
        for path in directories {
            do throws(Failure) {
                guard let directory = try PluginRegistry.open(path) else { continue }
                for name in try directory.manifests() { plugins.append(read(name, directory, plugins)) }
            } catch {
                let failure = PluginRegistry.refusal("plugin directory", error)
                let entry = PluginEntry(
                    path: path, plugin: "", version: "", state: .refused, reason: failure.message, providers: [])
                plugins.append(Plugin(entry: entry, manifest: nil, directory: path, failure: failure))
            }
        }
        return plugins
    }

    private static func open(_ path: String) throws(Failure) -> PluginDirectory? {
        guard !path.hasPrefix("/") || PluginDirectory.exists(path) else { return nil }
        return try PluginDirectory(path)
    }

    private func read(_ name: String, _ directory: PluginDirectory, _ before: [Plugin]) -> Plugin {
        let path = "\(directory.path)/\(name)"
        var manifest: Manifest?
        do throws(Failure) {
            let read = try Manifest(try directory.read(name, limit: Manifest.maximumSize))
            manifest = read
            _ = try directory.check(read.library)
            for provider in read.providers {
                let other = before.first {
                    $0.failure == nil && $0.entry.providers.contains { $0.scheme == provider.scheme }
                }
                if let other {
                    throw LoadedPlugin.refused("the scheme \(provider.scheme) is served by \(other.entry.path) already")
                }
            }
            let entry = PluginEntry(
                path: path, plugin: read.plugin, version: read.version, state: .available, reason: nil,
                providers: read.providers)
            return Plugin(entry: entry, manifest: read, directory: directory.path)
        } catch {
            let failure = PluginRegistry.refusal("plugin \(name)", error)
            let entry = PluginEntry(
                path: path, plugin: manifest?.plugin ?? String(name.dropLast(5)), version: manifest?.version ?? "",
                state: .refused, reason: failure.message, providers: manifest?.providers ?? [])
            return Plugin(entry: entry, manifest: manifest, directory: directory.path, failure: failure)
        }
    }
}

import Base
import CMailroom

/// One scheme of a plugin that is in memory, and stays there.
package final class LoadedProvider: Sendable {
    package let manifest: ProviderManifest
    let functions: LoadedPlugin.Provider

    init(manifest: ProviderManifest, functions: LoadedPlugin.Provider) {
        self.manifest = manifest
        self.functions = functions
    }

    package var scheme: String { manifest.scheme }

    /// The names of the operations that only this provider has.
    package var operationNames: [String] { functions.operations.map(\.name) }

    func operation(_ name: String) -> PluginOperation? { functions.operations.first { $0.name == name } }
}

import Base
import CMailroom
import Synchronization

/// The plugins of some directories: found by their manifests, loaded at first use, refused with a reason.
package final class PluginRegistry: Sendable {
    private let directories: [String]

    /// Reads nothing yet.
    /// - Parameter directories: absolute paths, the first one wins where two serve one scheme.
    package init(directories: [String]) {
        self.directories = directories
    }

    /// Reads the manifests and checks the files, the first time; later calls give the same list with its present states.
    package func scan() -> [PluginEntry] { [] }

    /// The loaded provider of a scheme; loads its library at the first use in the process.
    /// - Throws: `MR_E_NOT_FOUND` for a scheme nobody serves, `MR_E_PLUGIN` with the remembered reason.
    package func provider(_ scheme: String) throws(Failure) -> LoadedProvider { throw .notFound("provider \(scheme)") }

    /// What the manifest says of a scheme, without loading code.
    /// - Throws: as `provider`.
    package func manifest(_ scheme: String) throws(Failure) -> ProviderManifest {
        throw .notFound("provider \(scheme)")
    }
}

/// One scheme of a plugin that is in memory, and stays there.
package final class LoadedProvider: Sendable {
    package let manifest: ProviderManifest
    /// The names of the operations that only this provider has.
    package let operationNames: [String]

    init(manifest: ProviderManifest, operationNames: [String]) {
        self.manifest = manifest
        self.operationNames = operationNames
    }

    package var scheme: String { manifest.scheme }
}

import Base

/// One plugin as the registry knows it: available, loaded, or refused with its reason.
package struct PluginEntry: Sendable {
    package enum State: String, Sendable {
        case available
        case loaded
        case refused
    }

    /// The manifest's file; a directory that was refused as a whole stands here itself.
    package let path: String
    /// The manifest's own name, or the file's where the manifest could not be read.
    package let plugin: String
    package let version: String
    package var state: State
    /// Why it was refused: one line.
    package var reason: String?
    /// Its schemes; empty where the manifest could not be read.
    package let providers: [ProviderManifest]
}

import Base
import CMailroom
import PluginHost

/// A call that begins to watch, or goes on after a wake: notes what the server tells of.
final class WatchCall: AccountCall {
    /// Folders with news, by path.
    private(set) var changed: Set<String> = []
    /// Folders that were asked for and cannot be watched.
    private(set) var unwatched: Set<String> = []
    private static let most = 10_000

    override func emit(_ kind: String, _ fields: Record) throws(Failure) -> Int32 {
        guard kind == "changed" || kind == "unwatched" else { return try super.emit(kind, fields) }
        guard let path = fields.text("path"), !path.isEmpty else {
            throw Failure(MR_E_PLUGIN, "the plugin emitted '\(kind)' without a path")
        }
        guard changed.count + unwatched.count < WatchCall.most else {
            throw Failure(MR_E_PLUGIN, "the plugin emitted \(WatchCall.most) folders in one watch")
        }
        if kind == "changed" { changed.insert(path) } else { unwatched.insert(path) }
        return Int32(MR_OK)
    }
}

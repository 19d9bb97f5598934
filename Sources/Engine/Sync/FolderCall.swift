import Base
import CMailroom
import PluginHost

/// A call that lists the account's folders.
final class FolderCall: AccountCall {
    private(set) var folders: [Record] = []

    override func emit(_ kind: String, _ fields: Record) throws(Failure) -> Int32 {
        guard kind == "folder" else { return try super.emit(kind, fields) }
        guard let path = fields.text("path"), !path.isEmpty else {
            throw Failure(MR_E_PLUGIN, "the plugin emitted a folder without a path")
        }
        guard folders.count < 100_000 else { throw Failure(MR_E_PLUGIN, "the plugin emitted 100,000 folders") }
        folders.append(fields)
        return Int32(MR_OK)
    }
}

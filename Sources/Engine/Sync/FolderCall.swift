import Base
import CMailroom
import PluginHost
import Store

/// A call that lists the account's folders.
final class FolderCall: AccountCall {
    /// What the server says of a folder's contents (mailroom_plugin.h, folders).
    struct Status {
        let bytes: [UInt8]
        /// For how long after a sync an equal one is believed; nil: for ever.
        let milliseconds: Int64?
    }

    private(set) var folders: [Record] = []
    /// By the path in octets: names that only look alike are two folders.
    private var statuses: [[UInt8]: Status] = [:]

    override func emit(_ kind: String, _ fields: Record) throws(Failure) -> Int32 {
        guard kind == "folder" else { return try super.emit(kind, fields) }
        guard let path = fields.text("path"), !path.isEmpty else {
            throw Failure(MR_E_PLUGIN, "the plugin emitted a folder without a path")
        }
        guard folders.count < 100_000 else { throw Failure(MR_E_PLUGIN, "the plugin emitted 100,000 folders") }
        folders.append(fields)
        if let bytes = fields.bytes("status"), (1...255).contains(bytes.count), statuses[Array(path.utf8)] == nil {
            statuses[Array(path.utf8)] = Status(bytes: bytes, milliseconds: fields.int("status_ms").map { max($0, 0) })
        }
        return Int32(MR_OK)
    }

    /// The provider's own values, to be stored with the folders.
    var state: [(key: String, value: [UInt8]?)] { pendingState.map { (key: $0.0, value: $0.1) } }

    /// What the server said of the folder's contents in this listing; nil where it said nothing.
    func status(of folder: FolderRow) -> Status? { statuses[Array(folder.path.utf8)] }
}

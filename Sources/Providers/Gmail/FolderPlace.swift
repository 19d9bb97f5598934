import Base
import PluginKit

/// One folder as the host names it: its label, and how its messages are asked for.
struct FolderPlace {
    let label: String

    init(_ folder: Fields) throws(Failure) {
        guard let native = folder.bytes("native"), (1...225).contains(native.count) else {
            throw .invalid("native", "is no label")
        }
        label = String(decoding: native, as: UTF8.self)
    }

    private static let inNoFolder = "has:nouserlabels -in:inbox -in:sent -in:drafts -in:chats"

    /// The labels and the search that find its messages.
    var question: (labels: [String], search: String) {
        label == GmailLabels.all ? ([], Self.inNoFolder) : ([label], "")
    }

    func has(_ message: GmailMessage) -> Bool { message.places.contains(label) }
}

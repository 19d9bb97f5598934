import Base
import CMailroom
import PluginKit

/// Whether a message was sent: what Graph takes to be sent, it puts into Sent Items.
struct FindSent {
    private let host: Host
    private let client: GraphClient
    private let what: Fields
    private let sent: String?

    init(_ host: Host, _ client: GraphClient, _ what: Fields, sent: String?) {
        self.host = host
        self.client = client
        self.what = what
        self.sent = sent
    }

    func run() throws(Failure) {
        guard let messageID = what.text("message_id"), !messageID.isEmpty else {
            throw .invalid("message_id", "is missing")
        }
        var folders = what.items("items").map {
            (native: String(decoding: $0.bytes("native") ?? [], as: UTF8.self), path: $0.text("path") ?? "")
        }
        if let sent, !folders.contains(where: { $0.native == sent }) { folders.append((sent, "")) }
        folders.removeAll { $0.native.isEmpty }
        // Not found and not looked for are two things: what is not there is sent again.
        guard !folders.isEmpty else { throw .notFound("the folder Sent Items") }
        for folder in folders {
            for found in try MessageSearch(host, client).find(messageID, in: folder.native) {
                try host.emit("sent", Record(["ref": .text(found.id), "path": .text(folder.path)]))
            }
        }
    }
}

import Base
import PluginKit

/// Looks for a message that was sent, by its Message-ID, in the folders that may have it.
struct FindSent {
    private let host: Host
    private let connection: ImapConnection
    private let what: Fields

    init(_ host: Host, _ connection: ImapConnection, _ what: Fields) {
        self.host = host
        self.connection = connection
        self.what = what
    }

    func run() throws(Failure) {
        guard let lookup = MessageLookup(host, connection, what.text("message_id")) else { return }
        for folder in what.items("items") {
            for found in try lookup.find(folder) {
                try host.emit(
                    "sent", Record(["ref": .text("\(found.uid)"), "path": .text(folder.text("path") ?? "")]))
            }
        }
    }
}

import Base
import PluginKit

/// Lists every message of a folder for the audit, as the server has it now.
struct FolderAudit {
    private static let page = 500

    private let host: Host
    private let client: GraphClient
    private let folder: Fields

    init(_ host: Host, _ client: GraphClient, _ folder: Fields) {
        self.host = host
        self.client = client
        self.folder = folder
    }

    func run() throws(Failure) {
        let native = String(decoding: folder.bytes("native") ?? [], as: UTF8.self)
        let path = "\(client.folder(native))/messages?\(GraphMessage.query)&$top=\(Self.page)"
        // What comes in while the pages are read moves others to the next page.
        var listed: Set<Int> = []
        try client.each(host, path, page: 0, step: "list") { (items) throws(Failure) in
            for item in items {
                guard let message = GraphMessage(item), listed.insert(message.id.hashValue).inserted else { continue }
                var record = message.record(in: folder, asksMessageID: true, asksHeader: false)
                record["about"] = nil
                record.set("message_id", message.messageID)
                try host.emit("listed", record)
            }
        }
    }
}

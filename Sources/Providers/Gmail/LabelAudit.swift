import Base
import PluginKit

/// Lists every message of a folder for the audit, as Gmail has it now, each asked for by itself.
struct LabelAudit {
    private let host: Host
    private let api: GmailApi
    private let place: FolderPlace

    init(_ host: Host, _ api: GmailApi, _ folder: Fields) throws(Failure) {
        self.host = host
        self.api = api
        place = try FolderPlace(folder)
    }

    func run() throws(Failure) {
        let (labels, search) = place.question
        var seen: Set<String> = []
        try api.list(host, labels: labels, search: search) { (ids, _) throws(Failure) in
            let new = ids.filter { seen.insert($0).inserted }
            for message in try api.messages(host, new, fields: ["Message-ID"]) {
                guard let message, place.has(message) else { continue }
                // The size is an estimate: it proves nothing.
                var record = message.record
                record.set("message_id", message.messageID)
                try host.emit("listed", record)
            }
        }
    }
}

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
            for (id, answer) in zip(new, try api.messages(host, new, fields: ["Message-ID"])) {
                guard case .there(let message) = answer else {
                    // It is there, by the list: more is not known of it.
                    if answer.isRefused { try host.emit("listed", Record(["ref": .text(id)])) }
                    continue
                }
                guard place.has(message) else { continue }
                // The size is an estimate: it proves nothing.
                var record = message.record
                record.set("message_id", message.messageID)
                try host.emit("listed", record)
            }
        }
    }
}

import Base
import CMailroom
import PluginKit

/// What has changed in the account since a history id: which messages, and which folders that concerns. What the messages
/// are now is asked of themselves.
final class MailboxHistory {
    struct Change {
        let id: UInt64
        let message: String
        /// Labels of folders; `everywhere` where Gmail does not say.
        let places: [String]
    }

    static let everywhere = "*"
    /// More changes than this are not gone through: the folders are compared.
    private static let most = 20_000
    private static let mostPages = 2_000

    let from: UInt64
    private(set) var to: UInt64
    private(set) var changes: [Change] = []
    /// The folders of which a listing has said that it concerns them, and that have not been brought up to date by it.
    private var readers: Set<String> = []
    private var served: Set<String> = []
    /// What the messages were found to be.
    private var found: [String: MessageAnswer] = [:]
    private var fields: [String]?

    private init(_ from: UInt64) {
        self.from = from
        to = from
    }

    /// Nil where Gmail does not keep the history from there, or it is too long.
    /// - Parameter isOfListing: the folders that it concerns will be brought up to date by it.
    static func read(
        _ host: Host, _ api: GmailApi, from: UInt64, isOfListing: Bool = false
    ) throws(Failure) -> MailboxHistory? {
        let history = MailboxHistory(from)
        var token: String?
        var pages = 0
        repeat {
            var query = [(name: "startHistoryId", value: "\(from)"), ("maxResults", GmailApi.page)]
            if let token { query.append(("pageToken", token)) }
            let page: Record
            do throws(Failure) {
                page = try api.get(host, ["history"], query, cost: GmailApi.Units.history, step: "history")
            } catch  where error.result == mr_result(MR_E_NOT_FOUND) {
                return nil
            }
            for record in page.records("history") { history.take(record) }
            if let latest = page.text("historyId").flatMap({ UInt64($0) }) { history.to = max(history.to, latest) }
            let next = page.text("nextPageToken")
            pages += 1
            if history.changes.count > most || pages > mostPages || next != nil && next == token { return nil }
            token = next
        } while token != nil
        if isOfListing { history.readers = Set(history.changes.flatMap(\.places)) }
        return history
    }

    /// Whether it says what a folder wants to know, which it does once.
    func serves(_ label: String, _ since: UInt64) -> Bool {
        guard from <= since, since <= to else { return false }
        if readers.contains(Self.everywhere) { return served.insert(label).inserted }
        return readers.remove(label) != nil
    }

    private func take(_ record: Record) {
        guard let id = record.text("id").flatMap({ UInt64($0) }) else { return }
        for kind in ["messagesAdded", "messagesDeleted", "labelsAdded", "labelsRemoved"] {
            for item in record.records(kind) {
                guard let message = item["message"]?.record, let name = message.text("id"),
                    (1...64).contains(name.utf8.count)
                else { continue }
                let labels = message.texts("labelIds")
                let changed = item.texts("labelIds")
                var places = GmailLabels.places(labels)
                // No labels, or Gmail does not say which.
                if message["labelIds"] == nil, kind == "labelsAdded" || kind == "messagesDeleted" {
                    places = [Self.everywhere]
                } else if !changed.isEmpty {
                    // Before and after, whichever of the two the labels are of.
                    places += GmailLabels.places(labels.filter { !changed.contains($0) })
                    places += GmailLabels.places(labels + changed)
                    // Where they are those of now, Trash or Spam hides what they were taken from.
                    places += (labels + changed).filter(GmailLabels.isFolder)
                }
                changes.append(Change(id: id, message: name, places: places))
            }
        }
    }

    /// The messages whose changes since a history id concern a folder, each once.
    func touched(_ label: String, since: UInt64) -> [String] {
        var seen: Set<String> = []
        return changes.compactMap { change in
            guard change.id > since, change.places.contains(label) || change.places.contains(Self.everywhere),
                seen.insert(change.message).inserted
            else { return nil }
            return change.message
        }
    }

    /// What these messages are now, in their order. Asked once, however many folders want to know.
    func messages(
        _ host: Host, _ api: GmailApi, _ ids: [String], fields: [String]?
    ) throws(Failure) -> [(id: String, answer: MessageAnswer)] {
        if fields != self.fields {
            self.fields = fields
            found = [:]
        }
        let missing = ids.filter { found[$0] == nil }
        for (id, answer) in zip(missing, try api.messages(host, missing, fields: fields)) { found[id] = answer }
        return ids.compactMap { id in found[id].map { (id, $0) } }
    }
}

import Base
import CMailroom
import PluginKit
import WebProvider

/// Messages by their ids, and the ids of a folder.
extension GmailApi {
    /// What Gmail says of these messages, in their order; nil for those that are not there.
    /// - Parameter fields: of the header; nil: none of it.
    func messages(_ host: Host, _ ids: [String], fields: [String]? = nil) throws(Failure) -> [GmailMessage?] {
        var query = [(name: "format", value: fields == nil ? "minimal" : "metadata")]
        for field in fields ?? [] { query.append(("metadataHeaders", field)) }
        var found: [GmailMessage?] = []
        for part in try parts(host, ids, query, step: "fetch") {
            guard part.status != 404 else {
                found.append(nil)
                continue
            }
            guard part.status == 200 else { throw failure(host, part, "fetch") }
            found.append(GmailMessage(try ApiClient.record(part.body)))
        }
        return found
    }

    /// What Gmail says of one message; nil where it is not there.
    func message(_ host: Host, _ id: String) throws(Failure) -> GmailMessage? {
        do throws(Failure) {
            return GmailMessage(
                try get(host, ["messages", id], [("format", "minimal")], cost: Units.get, step: "fetch"))
        } catch  where error.result == mr_result(MR_E_NOT_FOUND) {
            return nil
        }
    }

    /// The ids of messages, a page at a time and the newest first.
    /// - Parameter take: a page, and how many there are about in all.
    func list(
        _ host: Host, labels: [String] = [], search: String = "",
        _ take: (_ ids: [String], _ about: Int64) throws(Failure) -> Void
    ) throws(Failure) {
        var token: String?
        repeat {
            var query = labels.map { (name: "labelIds", value: $0) } + [("maxResults", Self.page)]
            if !search.isEmpty { query.append(("q", search)) }
            if labels.contains("TRASH") || labels.contains("SPAM") { query.append(("includeSpamTrash", "true")) }
            if let token { query.append(("pageToken", token)) }
            let page = try get(host, ["messages"], query, cost: Units.list, step: "list")
            try take(page.records("messages").compactMap { $0.text("id") }, page.int("resultSizeEstimate") ?? 0)
            let next = page.text("nextPageToken")
            // A page that leads to itself has no end.
            guard next != token else { return }
            token = next
        } while token != nil
    }
}

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
        for (id, part) in zip(ids, try parts(host, ids, query, step: "fetch")) {
            guard part.status != 404 else {
                found.append(nil)
                continue
            }
            guard part.status == 200 else { throw failure(host, part, "fetch") }
            found.append(try GmailMessage(try ApiClient.record(part.body), id: id))
        }
        return found
    }

    /// What Gmail says of one message; nil where it is not there.
    func message(_ host: Host, _ id: String) throws(Failure) -> GmailMessage? {
        do throws(Failure) {
            return try GmailMessage(
                try get(host, ["messages", id], [("format", "minimal")], cost: Units.get, step: "fetch"), id: id)
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
        var pages = 0
        repeat {
            var query = labels.map { (name: "labelIds", value: $0) } + [("maxResults", Self.page)]
            if !search.isEmpty { query.append(("q", search)) }
            if labels.contains("TRASH") || labels.contains("SPAM") { query.append(("includeSpamTrash", "true")) }
            if let token { query.append(("pageToken", token)) }
            let page = try get(host, ["messages"], query, cost: Units.list, step: "list")
            try take(page.records("messages").compactMap { $0.text("id") }, page.int("resultSizeEstimate") ?? 0)
            let next = page.text("nextPageToken")
            pages += 1
            // What is not listed counts as gone: a list that has no end is none.
            guard next == nil || next != token && pages < Self.mostPages else {
                var failure = Failure(MR_E_PROTOCOL, "the pages of messages do not end")
                failure.step = "list"
                throw failure
            }
            token = next
        } while token != nil
    }
}

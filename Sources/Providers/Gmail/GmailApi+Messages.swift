import Base
import CMailroom
import PluginKit
import WebProvider

/// Messages by their ids, and the ids of a folder.
extension GmailApi {
    /// What Gmail says of these messages, in their order. One that is not given with the others is asked for once more by itself.
    /// - Parameter fields: of the header; nil: none of it.
    /// - Throws: what concerns all of them.
    func messages(
        _ host: Host, _ ids: [String], fields: [String]? = nil
    ) throws(Failure) -> [MessageAnswer] {
        let query = Self.query(fields)
        var found: [MessageAnswer] = []
        for (id, part) in zip(ids, try parts(host, ids, query, step: "fetch")) {
            found.append(try answer(host, id, part))
        }
        let refused = found.indices.filter { found[$0].isRefused }
        if !refused.isEmpty, refused.count == ids.count { try checkOthers(host, than: ids) }
        for index in refused { found[index] = try alone(host, ids[index], query) }
        return found
    }

    /// The same, asked once and together: whatever is not given now is asked for at another time.
    func look(_ host: Host, _ ids: [String], fields: [String]? = nil) throws(Failure) -> [MessageAnswer] {
        var found: [MessageAnswer] = []
        for (id, part) in zip(ids, try once(host, ids, Self.query(fields), step: "fetch")) {
            found.append(try answer(host, id, part ?? .missing))
        }
        return found
    }

    /// Where Gmail gives none of some messages: whether it gives any other one of the account.
    /// - Throws: what it says of those, where it does not: then it is unwell, and the messages have no part in that.
    func checkOthers(_ host: Host, than ids: [String]) throws(Failure) {
        let page = try get(host, ["messages"], [("maxResults", Self.page)], cost: Units.list, step: "list")
        let others = page.records("messages").compactMap { $0.text("id") }.filter { !ids.contains($0) }.prefix(10)
        var last: Failure?
        for answer in try look(host, Array(others)) {
            guard case .refused(let failure) = answer else { return }
            last = failure
        }
        if let last { throw last }
    }

    private static func query(_ fields: [String]?) -> Query {
        [("format", fields == nil ? "minimal" : "metadata")] + (fields ?? []).map { ("metadataHeaders", $0) }
    }

    private func answer(_ host: Host, _ id: String, _ part: BatchBody.Part) throws(Failure) -> MessageAnswer {
        do throws(Failure) {
            if part.status == 404 { return .gone }
            guard part.status == 200 else { throw failure(host, part, "fetch") }
            return .there(try GmailMessage(try ApiClient.record(part.body), id: id))
        } catch {
            guard MessageAnswer.isOwn(error) else { throw error }
            return .refused(error)
        }
    }

    private func alone(_ host: Host, _ id: String, _ query: Query) throws(Failure) -> MessageAnswer {
        do throws(Failure) {
            let answer = try get(host, ["messages", id], query, cost: Units.get, step: "fetch", isRepeated: false)
            return .there(try GmailMessage(answer, id: id))
        } catch  where error.result == mr_result(MR_E_NOT_FOUND) {
            return .gone
        } catch {
            guard MessageAnswer.isOwn(error) else { throw error }
            return .refused(error)
        }
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

import Base
import CMailroom
import PluginKit
import WebProvider

/// Requests to Microsoft Graph for one mailbox: one's own, or a shared one.
final class GraphClient {
    /// Ids stay when a message is moved (Graph's concepts: immutable identifiers for Outlook).
    static let immutable = "IdType=\"ImmutableId\""

    let api: ApiClient
    /// `/me`, or `/users/` and the address.
    let mailbox: String

    init(_ host: Host) throws(Failure) {
        api = try ApiClient(host, setting: "graph_api", sites: ["graph.microsoft.com"], errors: GraphApi.errors)
        var named = try host.setting("mailbox") ?? ""
        // An application that logs in for itself has no mailbox of its own; who signs in for another one means that one.
        let address = try host.setting("address") ?? ""
        let other = try host.setting("sign_in") ?? address
        if named.isEmpty, try host.setting("auth") == "service" || AddressKey.of(other) != AddressKey.of(address) {
            named = address
        }
        mailbox = named.isEmpty ? "/me" : "/users/\(ApiRequest.encoded(named))"
    }

    /// Where the version begins: `https://graph.microsoft.com/v1.0`.
    var base: String { api.base }

    /// The server alone: `https://graph.microsoft.com`.
    var root: String {
        let parts = base.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        return parts.prefix(3).joined(separator: "/")
    }

    func message(_ id: String) -> String { "\(mailbox)/messages/\(ApiRequest.encoded(id))" }

    func folder(_ id: String) -> String { "\(mailbox)/mailFolders/\(ApiRequest.encoded(id))" }

    /// The part of a link that the service gave which follows the version. Another server's is not followed.
    func relative(_ link: String) throws(Failure) -> String {
        guard link.hasPrefix(base + "/"), link.utf8.count <= 48 << 10,
            !link.utf8.contains(where: { $0 <= 32 || $0 >= 127 })
        else {
            throw GraphApi.damaged("a link leads away from \(base)", step: "list")
        }
        return String(link.dropFirst(base.count))
    }

    // MARK: asking

    /// An answer in JSON, of a request that went well.
    func get(_ host: Host, _ path: String, page: Int = 0, step: String) throws(Failure) -> Record {
        try ask(host, "GET", path, page: page, step: step)
    }

    /// - Parameters:
    ///   - page: how many items are asked for at a time; 0: as many as the service likes.
    ///   - match: the version (ETag) that the message must have.
    func ask(
        _ host: Host, _ method: String, _ path: String, body: JsonText? = nil, page: Int = 0, match: String? = nil,
        cost: Int64 = 1, step: String
    ) throws(Failure) -> Record {
        var request = ApiRequest(at: base + path, headers: headers(page: page), cost: cost)
        request.method = method
        if let body {
            request.body = body.bytes
            request.headers.append(HTTPRequest.Header("Content-Type", "application/json"))
        }
        if let match { request.headers.append(HTTPRequest.Header("If-Match", match)) }
        return try at(step) { () throws(Failure) in try api.call(host, request) }
    }

    /// The same without a body, where nothing that is answered matters but the yes.
    func tell(_ host: Host, _ method: String, _ path: String, step: String) throws(Failure) {
        var request = ApiRequest(at: base + path, headers: headers())
        request.method = method
        try at(step) { () throws(Failure) in try api.open(host, request).close() }
    }

    /// Names the step in a failure that the service told.
    func at<T>(_ step: String, _ body: () throws(Failure) -> T) throws(Failure) -> T {
        do throws(Failure) {
            return try body()
        } catch {
            guard error.http != nil else { throw error }
            var failure = error
            failure.step = step
            throw failure
        }
    }

    func headers(page: Int = 0) -> [HTTPRequest.Header] {
        let pages = page > 0 ? ", odata.maxpagesize=\(page)" : ""
        return [HTTPRequest.Header("Prefer", Self.immutable + pages)]
    }

    /// The items of a list.
    /// - Throws: `MR_E_PROTOCOL` where the answer has none: it does not say that there is nothing.
    static func items(_ answer: Record, step: String) throws(Failure) -> [Record] {
        guard answer["value"]?.list != nil else { throw GraphApi.damaged("the answer has no list", step: step) }
        return answer.records("value")
    }

    /// Every item of a list, page by page.
    func each(
        _ host: Host, _ path: String, page: Int, step: String, _ body: ([Record]) throws(Failure) -> Void
    ) throws(Failure) {
        var next: String? = path
        var pages = 0
        while let path = next {
            let answer = try get(host, path, page: page, step: step)
            try body(try Self.items(answer, step: step))
            next = try answer.text("@odata.nextLink").map { (link) throws(Failure) in try relative(link) }
            pages += 1
            guard pages < 100_000 else { throw GraphApi.damaged("the pages do not end", step: step) }
        }
    }
}

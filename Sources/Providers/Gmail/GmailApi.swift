import Base
import CMailroom
import PluginKit
import WebProvider

/// The calls of the Gmail API, each with its price in quota units.
package struct GmailApi {
    /// What a call costs (Gmail's page on usage limits).
    enum Units {
        static let profile: Int64 = 1
        static let labels: Int64 = 1
        static let history: Int64 = 2
        static let list: Int64 = 5
        static let get: Int64 = 5
        static let modify: Int64 = 5
        static let delete: Int64 = 10
        static let draft: Int64 = 10
        static let insert: Int64 = 25
        static let send: Int64 = 100
        static let aliases: Int64 = 1
        static let watch: Int64 = 100
        static let stop: Int64 = 50
    }

    typealias Query = [(name: String, value: String)]

    /// Entries of a page of messages or changes.
    static let page = "500"
    /// Of a list, before it counts as one without an end.
    static let mostPages = 100_000
    /// The path of the account's own mailbox.
    private static let user = ["gmail", "v1", "users", "me"]

    /// How long a batch waits by itself for what Gmail is too busy for (ms).
    private static let longestPause: Int64 = 10_000

    private let client: ApiClient

    init(_ host: Host) throws(Failure) {
        client = try ApiClient(
            host, setting: "gmail_api", sites: ["gmail.googleapis.com", "www.googleapis.com"], errors: GmailErrors.table
        )
    }

    /// - Parameter isRepeated: where the server is unwell for a moment, it is asked again.
    func get(
        _ host: Host, _ path: [String], _ query: Query = [], cost: Int64, step: String, isRepeated: Bool = true
    ) throws(Failure) -> Record {
        var request = ApiRequest("GET", Self.user + path, query: query, cost: cost)
        request.isRepeated = isRepeated
        return try called(host, request, step)
    }

    @discardableResult
    func post(_ host: Host, _ path: [String], _ body: Record, cost: Int64, step: String) throws(Failure) -> Record {
        try called(host, ApiRequest("POST", Self.user + path, cost: cost).json(body), step)
    }

    func delete(_ host: Host, _ path: [String], cost: Int64, step: String) throws(Failure) {
        _ = try called(host, ApiRequest("DELETE", Self.user + path, cost: cost), step)
    }

    /// An answer that is read in pieces.
    func open(_ host: Host, _ path: [String], _ query: Query, limit: Int64, cost: Int64) throws(Failure) -> HTTPAnswer {
        var request = ApiRequest("GET", Self.user + path, query: query, cost: cost)
        request.limitBytes = limit
        do throws(Failure) { return try client.open(host, request) } catch {
            throw GmailErrors.explained(error, host, "fetch")
        }
    }

    /// A request whose body is written in pieces; ended by `finish`.
    func upload(
        _ host: Host, _ path: [String], _ query: Query, type: String, size: Int64, cost: Int64
    ) throws(Failure) -> HTTPAnswer {
        var request = ApiRequest(
            "POST", ["upload"] + Self.user + path, query: query, headers: [HTTPRequest.Header("Content-Type", type)],
            cost: cost)
        request.bodySize = size
        return try client.open(host, request)
    }

    func finish(_ host: Host, _ answer: HTTPAnswer, step: String) throws(Failure) -> Record {
        do throws(Failure) { try client.finish(host, answer, step: step) } catch {
            throw GmailErrors.explained(error, host, step)
        }
        return ApiClient.said(host, answer)
    }

    private func called(_ host: Host, _ request: ApiRequest, _ step: String) throws(Failure) -> Record {
        do throws(Failure) { return try client.call(host, request) } catch {
            throw GmailErrors.explained(error, host, step)
        }
    }

    /// What one answer of a batch comes to that is none of success.
    func failure(_ host: Host, _ part: BatchBody.Part, _ step: String) -> Failure {
        GmailErrors.explained(
            client.errors.failure(status: part.status, body: part.body, retryAfterMs: part.retryAfterMs, step: step),
            host,
            step)
    }

    // MARK: many at once

    /// The same call for many messages, as many in a request as go well. What is refused for being too fast, or because the
    /// server is unwell, is asked for again a little later.
    func parts(_ host: Host, _ ids: [String], _ query: Query, step: String) throws(Failure) -> [BatchBody.Part] {
        var found: [BatchBody.Part?] = Array(repeating: nil, count: ids.count)
        var open = Array(ids.indices)
        var tries = 0
        while !open.isEmpty {
            for (number, part) in zip(open, try once(host, open.map { ids[$0] }, query, step: step)) {
                found[number] = part
            }
            open = open.filter { found[$0].map { isPassing(host, $0) } ?? true }
            guard !open.isEmpty, tries < 3 else { break }
            let named = open.compactMap { found[$0]?.retryAfterMs }.max() ?? 0
            // More than a moment is for the host to wait: the caller throws what the parts say.
            guard named <= Self.longestPause else { break }
            try host.sleep(milliseconds: max(1000 << Int64(tries), named))
            tries += 1
        }
        return found.map { $0 ?? .missing }
    }

    /// The same, asked once; nil for those that the answer leaves out.
    func once(_ host: Host, _ ids: [String], _ query: Query, step: String) throws(Failure) -> [BatchBody.Part?] {
        var found: [BatchBody.Part?] = []
        for start in stride(from: 0, to: ids.count, by: BatchBody.most) {
            let some = ids[start..<min(start + BatchBody.most, ids.count)]
            found += try batch(
                host, some.map { ApiRequest("GET", Self.user + ["messages", $0], query: query) }, step)
        }
        return found
    }

    private func isPassing(_ host: Host, _ part: BatchBody.Part) -> Bool {
        guard part.status == 403 || part.status == 429 || part.status >= 500 else { return false }
        return [MR_E_THROTTLED, MR_E_OUTAGE].contains(Int(failure(host, part, "").result))
    }

    private func batch(_ host: Host, _ requests: [ApiRequest], _ step: String) throws(Failure) -> [BatchBody.Part?] {
        var request = ApiRequest(
            "POST", ["batch", "gmail", "v1"], headers: [HTTPRequest.Header("Content-Type", BatchBody.contentType)],
            cost: Units.get * Int64(requests.count))
        request.body = BatchBody.encode(requests.map(\.target))
        let answer: HTTPAnswer
        do throws(Failure) { answer = try client.open(host, request) } catch {
            throw GmailErrors.explained(error, host, step)
        }
        let type = answer.header("content-type") ?? ""
        return try BatchBody.decode(
            try answer.body(host, limit: Int(request.limitBytes)), contentType: type, count: requests.count)
    }
}

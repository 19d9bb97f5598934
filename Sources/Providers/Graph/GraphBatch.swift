import Base
import CMailroom
import PluginKit
import WebProvider

/// One request within a batch: its address relative to the version.
struct BatchRequest {
    let method: String
    let path: String

    init(_ path: String, method: String = "GET") {
        self.path = path
        self.method = method
    }
}

/// The answer to one request within a batch.
struct BatchAnswer {
    let status: Int32
    /// JSON; empty where the answer is something else.
    let record: Record
    /// What is no JSON, decoded.
    let bytes: [UInt8]?
    let retryAfterMs: Int64?

    /// The service says that it is not there. Where the whole mailbox is not, its messages are not gone.
    var isGone: Bool { status == 404 && failure(step: "").result == Int32(MR_E_NOT_FOUND) }

    func failure(step: String) -> Failure {
        GraphApi.errors.failure(
            status: status, body: Array(JSON.text(record).utf8), retryAfterMs: retryAfterMs, step: step)
    }
}

extension GraphClient {
    /// Requests that the service takes in one batch.
    static let mostInBatch = 20

    /// Answers in the order of the requests, however many. What is throttled is asked again, once all of them had their turn
    /// and the time that the service names is over.
    func batch(_ host: Host, _ requests: [BatchRequest], step: String) throws(Failure) -> [BatchAnswer] {
        var answers = [BatchAnswer?](repeating: nil, count: requests.count)
        var open = Array(requests.indices)
        var rounds = 0
        while !open.isEmpty {
            var throttled: [Int] = []
            var wait: Int64 = 0
            var start = 0
            while start < open.count {
                let some = Array(open[start..<min(start + Self.mostInBatch, open.count)])
                start += some.count
                for (index, answer) in try one(host, some.map { ($0, requests[$0]) }, step: step) {
                    if answer.status == 429, rounds < 3 {
                        throttled.append(index)
                        wait = max(wait, answer.retryAfterMs ?? 1000)
                    } else {
                        answers[index] = answer
                    }
                }
                for index in some where answers[index] == nil && !throttled.contains(index) {
                    throw GraphApi.damaged("the answer to a batch leaves a request out", step: step)
                }
            }
            open = throttled
            rounds += 1
            // More than a moment is for the host to wait: other accounts have work meanwhile.
            if wait > 30_000 {
                throw GraphApi.errors.failure(status: 429, body: [], retryAfterMs: wait, step: step)
            }
            if !open.isEmpty { try host.sleep(milliseconds: wait) }
        }
        return answers.compactMap { $0 }
    }

    private func one(
        _ host: Host, _ requests: [(index: Int, request: BatchRequest)], step: String
    ) throws(Failure) -> [(Int, BatchAnswer)] {
        let items = requests.map { (index, request) -> JsonText in
            .object([
                ("id", .text("\(index)")), ("method", .text(request.method)), ("url", .text(request.path)),
                ("headers", .object([("Prefer", .text(Self.immutable))])),
            ])
        }
        let answer = try ask(
            host, "POST", "/$batch", body: .object([("requests", .list(items))]), cost: Int64(requests.count),
            step: step)
        var found: [(Int, BatchAnswer)] = []
        for item in answer.records("responses") {
            guard let id = item.text("id").flatMap({ Int($0) }), requests.contains(where: { $0.index == id }),
                !found.contains(where: { $0.0 == id })
            else { continue }
            found.append((id, Self.answer(item)))
        }
        return found
    }

    private static func answer(_ item: Record) -> BatchAnswer {
        var retryAfter: Int64?
        for field in item["headers"]?.record?.fields ?? [] where field.name.lowercased() == "retry-after" {
            retryAfter = (field.value.text.flatMap { Int64($0) } ?? field.value.int).map {
                min(max($0, 0), 86_400) * 1000
            }
        }
        let text = item.text("body")
        return BatchAnswer(
            status: Int32(clamping: item.int("status") ?? 0), record: item["body"]?.record ?? Record(),
            bytes: text.flatMap { Base64.decode($0) }, retryAfterMs: retryAfter)
    }
}

import Base
import CMailroom
import PluginKit

/// How an API tells of errors, and what they come to.
package struct ApiErrors: Sendable {
    /// One name that the API gives an error; `status` 0: with whatever HTTP status.
    package struct Rule: Sendable {
        let status: Int32
        let code: String
        let result: Int
        let cause: String?

        package init(_ code: String, _ result: Int, cause: String? = nil, status: Int32 = 0) {
            self.status = status
            self.code = code.lowercased()
            self.result = result
            self.cause = cause
        }
    }

    private let rules: [Rule]

    package init(_ rules: [Rule]) { self.rules = rules }

    /// What stands in an error's body, as Google and Microsoft write it.
    package struct Words: Equatable, Sendable {
        /// The names of the error, the most exact first.
        package var codes: [String] = []
        package var message: String?
        package init() {}
    }

    /// Google: {"error": {"code", "message", "status", "errors": [{"reason"}], "details": [{"reason"}]}}. Microsoft:
    /// {"error": {"code", "message", "innerError": {"code"}}}. OAuth: {"error": "name", "error_description"}.
    package static func words(_ body: Record) -> Words {
        var words = Words()
        if let name = body.text("error") {
            words.codes = [name]
            words.message = body.text("error_description")
            return words
        }
        guard let error = body["error"]?.record else { return words }
        words.message = error.text("message")
        var inner = (error["innerError"] ?? error["innererror"])?.record
        var depth = 0
        var deeper: [String] = []
        while let found = inner, depth < 8 {
            if let code = found.text("code") { deeper.append(code) }
            inner = (found["innerError"] ?? found["innererror"])?.record
            depth += 1
        }
        words.codes = deeper.reversed()
        words.codes += error.records("errors").compactMap { $0.text("reason") }
        words.codes += error.records("details").compactMap { $0.text("reason") }
        if let code = error.text("code"), !code.isEmpty { words.codes.append(code) }
        if let status = error.text("status") { words.codes.append(status) }
        return words
    }

    /// The failure of an answer that is none of success; its body is read for it.
    package func failure(_ host: Host, _ answer: HTTPAnswer, step: String) -> Failure {
        let body = (try? answer.body(host, limit: 256 << 10)) ?? []
        return failure(status: answer.status, body: body, retryAfterMs: answer.retryAfterMs, step: step)
    }

    /// The same from its parts: also for one answer inside a batch.
    package func failure(status: Int32, body: [UInt8], retryAfterMs: Int64? = nil, step: String) -> Failure {
        let words = (try? JSON.parse(body, lenient: true)).map(ApiErrors.words) ?? Words()
        // Of several names the one that a rule knows; else the most exact.
        let known = words.codes.first { rule($0, status) != nil }
        let found = known.flatMap { rule($0, status) }
        var failure = Failure(found?.result ?? ApiErrors.result(status), "")
        failure.cause = found?.cause
        failure.step = step.lowercased()
        failure.http = status
        failure.code = known ?? words.codes.first
        failure.serverText = words.message ?? ApiErrors.text(body)
        failure.retryAfterMs = retryAfterMs
        return failure
    }

    private func rule(_ code: String, _ status: Int32) -> Rule? {
        let code = code.lowercased()
        return rules.first { $0.code == code && ($0.status == 0 || $0.status == status) }
    }

    /// What a status means by itself (RFC 9110, section 15).
    private static func result(_ status: Int32) -> Int {
        switch status {
        case 401: MR_E_AUTH
        case 404: MR_E_NOT_FOUND
        case 410: MR_E_STALE
        case 429: MR_E_THROTTLED
        case 408, 425, 500...599: MR_E_OUTAGE
        case 400...499: MR_E_REFUSED
        default: MR_E_PROTOCOL
        }
    }

    /// The beginning of a body that is no JSON (a proxy's page).
    private static func text(_ body: [UInt8]) -> String? {
        let line = body.prefix(300).map { $0 < 0x20 || $0 == 0x7f ? 0x20 : $0 }
        return line.allSatisfy { $0 == 0x20 } ? nil : String(decoding: line, as: UTF8.self)
    }
}

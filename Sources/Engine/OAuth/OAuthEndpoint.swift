import Base
import CMailroom
import Transport

/// The one place that talks to an issuer of tokens.
struct OAuthEndpoint {
    let client: OAuthClient
    let core: Core
    let account: Int64
    /// The account's own certificates.
    let caFile: String?
    var cancellation: Cancellation?

    /// No endpoint needs longer; a turn to fetch a token lasts twice that.
    static let longestMs: Int64 = 30_000
    private static let longestAnswer: Int64 = 256 << 10

    /// - Throws: where there was no answer that makes sense; an error that the endpoint names is an answer.
    func post(_ url: String, _ form: [(name: String, value: [UInt8])]) throws(Failure) -> OAuthAnswer {
        var request = HTTPRequest("POST", url, body: Array(FormText.joined(form).utf8))
        request.set("Content-Type", "application/x-www-form-urlencoded")
        return try answer(request)
    }

    func get(_ url: String, token: [UInt8]) throws(Failure) -> OAuthAnswer {
        var request = HTTPRequest("GET", url)
        request.set("Authorization", "Bearer " + String(decoding: token, as: UTF8.self))
        return try answer(request)
    }

    private func answer(_ request: HTTPRequest) throws(Failure) -> OAuthAnswer {
        var request = request
        request.set("Accept", "application/json")
        request.limitBytes = OAuthEndpoint.longestAnswer
        request.timeoutMs = OAuthEndpoint.longestMs
        var options = HTTPOptions(
            proxy: client.proxy, caFile: caFile ?? core.options.caFile,
            connectTimeoutMs: min(core.options.connectTimeoutMs, OAuthEndpoint.longestMs),
            ioTimeoutMs: OAuthEndpoint.longestMs, cancellation: cancellation, allowPlain: client.allowsPlain,
            account: account)
        options.routes = core.options.routes
        let (status, headers, body) = try HTTPClient.fetch(request, options)
        var answer = OAuthAnswer(status: status, body: Record(), skewMs: 0)
        for header in headers {
            switch header.name {
            case "retry-after": answer.retryAfterMs = Int64(header.value).map { min(max($0, 0), 86_400) * 1000 }
            case "date":
                answer.skewMs = OAuthEndpoint.skew(header.value)
            default: break
            }
        }
        if let parsed = try? JSON.parse(body) {
            answer.body = parsed
        } else if answer.isDone, !body.isEmpty {
            throw OAuthAnswer.garbled("the endpoint's answer is no JSON object")
        }
        return answer
    }

    /// How far this machine's clock and the one that wrote a header are apart; 0 where it is no date.
    private static func skew(_ date: String) -> Int64 {
        HTTPDate.milliseconds(date).map { abs(Clock.wall() - $0) } ?? 0
    }
}

import Base
import CMailroom
import PluginHost
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
        var cut = SecretCut()
        for field in form where !OAuthEndpoint.open.contains(field.name) { cut.learn(field.value) }
        return try answer(request, cut)
    }

    /// Fields of a form that are nobody's secret.
    private static let open: Set = [
        "grant_type", "client_id", "redirect_uri", "scope", "token_type_hint", "client_assertion_type",
    ]

    func get(_ url: String, token: [UInt8]) throws(Failure) -> OAuthAnswer {
        var request = HTTPRequest("GET", url)
        request.set("Authorization", "Bearer " + String(decoding: token, as: UTF8.self))
        var cut = SecretCut()
        cut.learn(token)
        return try answer(request, cut)
    }

    // MARK: What is refused

    /// What an answer that is none of `isDone` means. Where the issuer asks to be left alone, the account's next questions wait.
    func refused(
        _ answer: OAuthAnswer, _ step: OAuthFailure.Step, _ form: [(name: String, value: [UInt8])]
    ) -> Failure {
        let isSigned = form.contains { $0.name == "assertion" || $0.name == "client_assertion" }
        let failure = OAuthFailure.of(answer, step, at: client.issuer?.title ?? "the issuer", isSigned: isSigned)
        return core.pauses.note(failure, pauseKey)
    }

    /// - Throws: what the issuer asked to be left alone by, while that time has not passed.
    func checkPause() throws(Failure) { try core.pauses.check(pauseKey) }

    private var pauseKey: Connections.Key {
        Connections.Key(account: account, scheme: "token", host: client.origin(.token) ?? "")
    }

    // MARK: Exchanges

    private func answer(_ request: HTTPRequest, _ cut: SecretCut) throws(Failure) -> OAuthAnswer {
        var request = request
        request.set("Accept", "application/json")
        request.limitBytes = OAuthEndpoint.longestAnswer
        request.timeoutMs = OAuthEndpoint.longestMs
        let options = HTTPOptions(
            proxy: client.proxy, caFile: caFile ?? core.options.caFile,
            connectTimeoutMs: min(core.options.connectTimeoutMs, OAuthEndpoint.longestMs),
            ioTimeoutMs: OAuthEndpoint.longestMs, cancellation: cancellation,
            plain: client.allowsPlain ? .here : .nowhere,
            account: account)
        let (status, headers, body) = try HTTPClient.fetch(request, options)
        var answer = OAuthAnswer(status: status, body: Record(), skewMs: 0)
        for header in headers {
            switch header.name {
            case "date": answer.skewMs = OAuthEndpoint.skew(header.value)
            default: break
            }
        }
        answer.retryAfterMs = HTTPReply.retryAfterMs(headers)
        if let parsed = try? JSON.parse(body, lenient: true) {
            answer.body = parsed
            for name in ["error", "error_description", "error_summary"] {
                if let words = parsed.text(name) { answer.body.set(name, cut.clean(words)) }
            }
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

import Base
import PluginHost
import Store

@testable import Engine

/// What issuers of tokens say, and the keys by which an application signs.
extension WebTarget {
    /// The first octet chooses the status and what was asked.
    static func tokens(_ said: [UInt8]) -> [String] {
        guard let choice = said.first, let body = try? JSON.parse(Array(said.dropFirst()), lenient: true) else {
            return []
        }
        let status: Int32 = [200, 400, 401, 429, 503, 403, 201, 302][Int(choice & 7)]
        let answer = OAuthAnswer(status: status, body: body, retryAfterMs: nil, skewMs: Int64(choice) << 20)
        return answer.isDone ? granted(answer) : refused(answer, Int(choice >> 3))
    }

    private static func granted(_ answer: OAuthAnswer) -> [String] {
        var broken: [String] = []
        let now: Int64 = 1_800_000_000_000
        if let token = try? answer.token(now: now) {
            for octets in [token.access, token.refresh ?? [65]]
            where octets.isEmpty || octets.contains(where: { $0 <= 32 || $0 >= 127 }) {
                broken.append("a token that no header can carry")
            }
            if let expires = token.expiresAt, expires <= now { broken.append("a token that is over") }
            if let scopes = token.scopes, !isLine(scopes) { broken.append("scopes of more lines than one") }
        }
        for name in ["expires_in", "interval"] { _ = answer.seconds(name) }
        if let token = answer.body.text("id_token") { _ = SignedToken.claims(token) }
        return broken
    }

    private static func refused(_ answer: OAuthAnswer, _ choice: Int) -> [String] {
        let steps: [OAuthFailure.Step] = [.authorize, .code, .device, .refresh, .service, .revoke]
        let step = steps[choice % steps.count]
        let failure = OAuthFailure.of(answer, step, at: "the issuer", isSigned: choice & 1 == 1).explained()
        var broken: [String] = []
        if failure.cause == nil || failure.step != "token" { broken.append("a refusal without a cause") }
        for words in [failure.message, failure.code ?? "", failure.serverText ?? ""] where !isLine(words) {
            broken.append("'\(words)' is shown")
        }
        var cut = SecretCut()
        let secret = "a-secret-of-the-account"
        cut.learn(secret.utf8)
        let words = answer.body.text("error_description") ?? ""
        if cut.clean(words + secret + words).has(secret) { broken.append("a secret is shown") }
        return broken
    }

    /// A key's file, and the claims of a token.
    static func keys(_ said: [UInt8]) -> [String] {
        _ = SignedToken.claims(text(said))
        guard let key = try? ServiceKey(said, email: "app@example.com") else { return [] }
        let claims = Record(["iss": .text(key.email)])
        guard let token = try? SignedToken.make(claims, key: key.pem) else { return [] }
        return SignedToken.claims(token) == claims ? [] : ["a token that cannot be read"]
    }
}

import Base
import CMailroom
import Store

/// What an endpoint answered: a JSON object, bounded, and what its header says.
struct OAuthAnswer {
    var status: Int32
    var body: Record
    var retryAfterMs: Int64?
    /// How far the two clocks are apart, as far as the header tells; 0: it tells nothing.
    var skewMs: Int64

    var isDone: Bool { (200...299).contains(status) }

    /// An access token, with what else there is. What no header or login could carry is refused.
    /// - Parameter now: when the request was begun: the token is no older.
    func token(now: Int64) throws(Failure) -> NewToken {
        guard let access = body.text("access_token"), OAuthAnswer.isToken(access) else {
            throw OAuthAnswer.garbled("the answer of the token endpoint has no usable access token")
        }
        if let type = body.text("token_type"), type.lowercased() != "bearer" {
            throw OAuthAnswer.garbled("the token is of type '\(OAuthFailure.clean(type, 40))', not bearer")
        }
        var token = NewToken(access: Array(access.utf8))
        if let refresh = body.text("refresh_token"), OAuthAnswer.isToken(refresh) {
            token.refresh = Array(refresh.utf8)
        }
        if let life = seconds("expires_in"), life > 0 {
            token.expiresAt = now + min(life, 10 * 366 * 86_400) * 1000
        }
        token.scopes = body.text("scope").map { OAuthFailure.clean($0, 4000) }
        return token
    }

    /// A number of seconds, by whatever JSON has for one.
    func seconds(_ name: String) -> Int64? {
        body.int(name)
            ?? body.text(name).flatMap { Double($0) }.flatMap { $0.isFinite ? Int64(min(max($0, 0), 1e12)) : nil }
    }

    static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 32 << 10 && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
    }

    static func garbled(_ message: String) -> Failure {
        var failure = Failure(MR_E_PROTOCOL, message)
        failure.step = "token"
        return failure
    }
}

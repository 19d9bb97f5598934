import Base
import CMailroom

/// The class of a failed send, from what the server said (docs/sending.md): its own words first, then the provider's
/// name for it, then the enhanced status code (RFC 3463), then the reply code (RFC 5321, section 4.2) or, of a
/// provider with an API, the HTTP status.
enum SendClass: String, Sendable, CaseIterable {
    case sendingLimit = "sending_limit"
    case throttling
    case outage
    case connection
    case auth
    case sendAsDenied = "send_as_denied"
    case suspended
    case quotaExceeded = "quota_exceeded"
    case recipientFull = "recipient_full"
    case tooLarge = "too_large"
    case badRecipient = "bad_recipient"
    case contentRejected = "content_rejected"
    case refused
    case outcomeUnknown = "outcome_unknown"

    /// A class, and the cause that names it more closely.
    struct Found: Sendable, Equatable {
        let result: SendClass
        let cause: String

        init(_ result: SendClass, _ cause: String? = nil) {
            self.result = result
            self.cause = cause ?? result.cause
        }
    }

    /// The cause of a `throttling` that is said of one sender and recipient alone: a server that sees them for the first time asks
    /// to come again.
    static let greylisted = "send.greylisted"

    /// Whether the class passes by itself. Limits, outages and lost connections do, whatever the code; a refused login
    /// never does; the others where the server says "later" (a full mailbox by 4.2.2).
    func isTemporary(_ reply: Reply) -> Bool {
        switch self {
        case .sendingLimit, .throttling, .outage, .connection: true
        case .auth, .outcomeUnknown: false
        default: reply.isTransient
        }
    }

    /// The cause of the class where nothing more is known.
    var cause: String {
        switch self {
        case .connection: "connection.lost"
        case .auth: "auth.refused"
        default: "send.\(rawValue)"
        }
    }

    static func of(_ reply: Reply) -> SendClass { find(reply).result }

    static func find(_ reply: Reply) -> Found {
        let reply = reply.completed()
        let text = RefusalText(reply.text ?? "")
        // An API gives its errors names, and its words are no mail server's.
        if reply.http != nil, let named = reply.code.flatMap({ byName($0, reply) }) { return named }
        if let told = byWords(text, reply) { return told }
        if let named = reply.code.flatMap({ byName($0, reply) }) { return named }
        if let coded = reply.enhanced.flatMap({ byEnhanced($0, reply) }) { return coded }
        if let http = reply.http, reply.smtp == nil { return Found(byStatus(http)) }
        return Found(byReplyCode(reply))
    }

    /// Of a failure of the whole attempt.
    static func find(_ failure: Failure) -> Found {
        switch Int(failure.result) {
        case MR_E_UNKNOWN_OUTCOME: return Found(.outcomeUnknown)
        case MR_E_TLS: return Found(.connection, failure.cause ?? "tls.handshake")
        default: break
        }
        let reply = Reply(failure)
        if reply.saysSomething {
            let found = find(reply)
            if found.result != .refused || reply.hasCode { return found }
        }
        switch Int(failure.result) {
        case MR_E_AUTH: return Found(.auth)
        case MR_E_THROTTLED: return Found(.throttling)
        case MR_E_OUTAGE, MR_E_PROTOCOL: return Found(.outage)
        case MR_E_CONNECTION: return Found(.connection)
        default: return Found(.refused)
        }
    }

    static func of(_ failure: Failure) -> SendClass { find(failure).result }
}

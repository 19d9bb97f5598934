import Base
import CMailroom

/// The class of a failed send, from what the server said (docs/sending.md): its own words first, then the enhanced
/// status code (RFC 3463), then the reply code (RFC 5321, section 4.2).
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

    /// What one reply said.
    struct Reply: Sendable {
        var smtp: Int32?
        var enhanced: String?
        var text: String?
        var step: String?
    }

    /// Whether the class passes by itself. A full recipient does where the server said so by a 4.
    func isTemporary(_ reply: Reply) -> Bool {
        switch self {
        case .sendingLimit, .throttling, .outage, .connection: true
        case .recipientFull: reply.isTransient
        default: false
        }
    }

    var cause: String {
        switch self {
        case .connection: "connection.lost"
        case .auth: "auth.refused"
        default: "send.\(rawValue)"
        }
    }

    static func of(_ reply: Reply) -> SendClass {
        let words = (reply.text ?? "").lowercased()
        for rule in wordRules where words.has(rule.words) {
            if let only = rule.enhanced, reply.enhanced?.hasSuffix(only) != true { continue }
            return rule.result
        }
        return reply.enhanced.flatMap { byEnhanced($0, reply) } ?? byReplyCode(reply)
    }

    /// Of a failure of the whole attempt.
    static func of(_ failure: Failure) -> SendClass {
        if failure.smtp != nil || failure.enhanced != nil {
            let reply = Reply(
                smtp: failure.smtp, enhanced: failure.enhanced, text: failure.serverText, step: failure.step)
            let found = of(reply)
            if found != .refused { return found }
        }
        switch Int(failure.result) {
        case MR_E_AUTH: return .auth
        case MR_E_THROTTLED: return .throttling
        case MR_E_OUTAGE, MR_E_PROTOCOL: return .outage
        case MR_E_UNKNOWN_OUTCOME: return .outcomeUnknown
        case MR_E_CONNECTION, MR_E_TLS: return .connection
        default: return .refused
        }
    }

    private static let wordRules: [(words: String, enhanced: String?, result: SendClass)] = [
        ("submissionquotaexceeded", nil, .sendingLimit), ("submission quota exceeded", nil, .sendingLimit),
        ("sending limit", nil, .sendingLimit), ("sending quota", nil, .sendingLimit),
        ("daily limit", nil, .sendingLimit), ("relay limit exceeded", nil, .sendingLimit),
        ("refusequota", nil, .sendingLimit), ("max emails per hour", nil, .sendingLimit),
        ("sendasdenied", nil, .sendAsDenied), ("permissions to send as", nil, .sendAsDenied),
        ("not allowed to send as", nil, .sendAsDenied), ("not owned by user", nil, .sendAsDenied),
        ("relaying disallowed as", nil, .sendAsDenied), ("outboundspamexception", nil, .suspended),
        ("wascl useraction", nil, .suspended), ("bad outbound sender", nil, .suspended),
        ("shutoffquotaexceeded", nil, .quotaExceeded), ("sender thread limit", nil, .throttling),
        ("concurrent connections limit", nil, .throttling), ("submission rate for this client", nil, .throttling),
        ("too many login attempts", nil, .throttling), ("unusual rate", nil, .throttling),
        ("receiving mail too quickly", nil, .throttling), ("excessive volume", nil, .throttling),
        ("too much mail", nil, .throttling), ("too many connections", nil, .throttling),
        ("basic authentication is not supported", nil, .auth), ("client not authenticated", nil, .auth),
        ("unsolicited", nil, .contentRejected), ("suspicion of spam", nil, .contentRejected),
        ("potential security issue", nil, .contentRejected), ("rejected as spam", nil, .contentRejected),
        ("due to content", nil, .contentRejected), ("virus", nil, .contentRejected),
        ("over quota", nil, .recipientFull), ("mailbox full", nil, .recipientFull),
        ("out of storage", nil, .recipientFull), ("recipient address rejected: access denied", nil, .badRecipient),
        ("user unknown", nil, .badRecipient), ("nosuchuser", nil, .badRecipient),
        ("message size exceeds", nil, .tooLarge), ("message size limit", nil, .tooLarge),
    ]

    private static func byEnhanced(_ code: String, _ reply: Reply) -> SendClass? {
        let numbers = code.split(separator: ".").compactMap { Int($0) }
        guard numbers.count == 3 else { return nil }
        let transient = numbers[0] == 4
        switch (numbers[1], numbers[2]) {
        case (1, 0...4), (1, 6), (1, 10), (2, 1): return transient ? .outage : .badRecipient
        case (1, 7), (1, 8): return transient ? .outage : .sendAsDenied
        case (2, 2): return .recipientFull
        case (2, 3), (3, 4): return .tooLarge
        case (3, _), (4, _): return transient ? .outage : nil
        case (5, 3): return transient ? .throttling : .refused
        case (6, _): return .contentRejected
        case (7, 8), (7, 9), (7, 11), (7, 13), (7, 14), (7, 57): return transient ? .throttling : .auth
        case (7, 20...29): return .contentRejected
        case (7, 60): return .sendAsDenied
        case (7, _): return transient ? .throttling : nil
        default: return nil
        }
    }

    private static func byReplyCode(_ reply: Reply) -> SendClass {
        switch reply.smtp {
        case 421?, 451?: .outage
        case 450?, 452?: .throttling
        case 454?: .outage
        case 530?, 534?, 535?, 538?: .auth
        case 552?: .tooLarge
        case 550?, 551?, 553?: reply.step == "rcpt" ? .badRecipient : .refused
        case let code? where (400..<500).contains(code): .outage
        default: .refused
        }
    }
}

extension SendClass.Reply {
    /// Whether the server said by its code that it may work later.
    var isTransient: Bool {
        if let enhanced { return enhanced.hasPrefix("4") }
        return smtp.map { (400..<500).contains($0) } ?? false
    }
}

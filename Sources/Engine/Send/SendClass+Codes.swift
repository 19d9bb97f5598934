extension SendClass {
    /// Enhanced status codes (RFC 3463, RFC 5248, RFC 7372) and those of Exchange Online.
    static func byEnhanced(_ code: String, _ reply: Reply) -> Found? {
        let numbers = code.split(separator: ".").compactMap { Int($0) }
        guard numbers.count == 3 else { return nil }
        let transient = numbers[0] == 4
        switch (numbers[1], numbers[2]) {
        case (1, 7), (1, 8): return Found(transient ? .outage : .sendAsDenied)
        case (1, 90): return Found(.sendingLimit)
        case (1, _): return Found(.badRecipient)
        case (2, 1): return transient ? Found(.outage) : Found(.badRecipient)
        case (2, 2): return Found(.recipientFull)
        case (2, 3), (3, 4): return Found(.tooLarge)
        case (2, 252): return Found(.sendAsDenied)
        case (4, 1), (4, 2): return transient ? Found(.connection) : nil
        case (4, 4), (4, 310): return transient ? Found(.outage) : Found(.badRecipient)
        case (4, 7): return Found(.outage)  // given up after days: the server at the other end did not answer
        case (3, _), (4, _): return transient ? Found(.outage) : nil
        case (5, 3): return transient ? Found(.throttling) : Found(.refused, "send.too_many_recipients")
        case (5, _): return transient ? Found(.outage) : nil
        case (6, _): return Found(.contentRejected)
        case (7, _): return byPolicy(numbers[2], transient, reply)
        default: return nil
        }
    }

    /// X.7.Z: security and policy.
    private static func byPolicy(_ detail: Int, _ transient: Bool, _ reply: Reply) -> Found? {
        switch detail {
        case 12 where reply.step == "auth": return Found(.auth)  // a password transition (RFC 4954)
        case 0 where transient && reply.smtp == 454: return Found(.outage)
        case 9 where reply.step != "auth" && reply.smtp != 534:
            return transient ? Found(.throttling) : Found(.contentRejected)
        case 8, 9, 14, 57, 139: return transient ? Found(.outage) : Found(.auth)
        case 11: return transient ? Found(.outage) : Found(.auth, "auth.tls_needed")
        case 13: return transient ? Found(.outage) : Found(.suspended)
        case 20...27, 29, 509: return Found(.contentRejected, "send.unauthenticated")
        case 28: return transient ? Found(.throttling) : Found(.contentRejected)
        case 60: return Found(.sendAsDenied)
        case 500...699 where transient, 850...899 where transient: return Found(.throttling)
        case 501...503, 508, 705, 708, 750: return Found(.suspended)
        // Greylisting that does not say so: of one recipient, without another reason.
        case 0,
            1 where transient && reply.step == "rcpt" && (reply.smtp == 450 || reply.smtp == 451) && asksAgain(reply):
            return Found(.throttling, greylisted)
        default: return transient ? Found(.throttling) : nil
        }
    }

    private static func asksAgain(_ reply: Reply) -> Bool {
        let text = RefusalText(reply.text ?? "")
        return ["try again later", "try later", "retry later", "come back later", "again in a few minutes"].contains(
            where: text.has)
    }

    /// Reply codes of SMTP (RFC 5321, section 4.2; RFC 4954, section 6; RFC 7504).
    static func byReplyCode(_ reply: Reply) -> SendClass {
        switch reply.smtp {
        case 421?, 451?, 454?: .outage
        case 432?, 450?, 452?: .throttling
        case 530?, 534?, 535?, 538?: .auth
        case let code? where code >= 500 && reply.step == "auth": .auth
        case 552?: .tooLarge
        case 550?, 551?, 553?, 556?: reply.step == "rcpt" ? .badRecipient : .refused
        case 521?: .refused
        case let code? where (400..<500).contains(code): .outage
        default: .refused
        }
    }

    /// The status of HTTP (RFC 9110, RFC 6585).
    static func byStatus(_ http: Int32) -> SendClass {
        switch http {
        case 401: .auth
        case 413: .tooLarge
        case 429: .throttling
        case 507: .quotaExceeded
        case 408, 425, 500...: .outage
        default: .refused
        }
    }

    /// A provider's own name for what happened: Microsoft Graph, the Gmail API, OAuth (RFC 6749), IMAP (RFC 5530).
    static func byName(_ name: String, _ reply: Reply) -> Found? {
        let name = name.lowercased()
        if let found = names[name] { return found }
        // In a failed login and elsewhere LIMIT is about rates; of one change what a mailbox may have.
        if name == "limit" { return reply.step == "append" ? nil : Found(.throttling) }
        return nil
    }

    private static let names: [String: Found] = [
        // Microsoft Graph
        "errorexceededmessagelimit": Found(.sendingLimit), "errorsubmissionquotaexceeded": Found(.sendingLimit),
        "applicationthrottled": Found(.throttling), "mailboxconcurrency": Found(.throttling),
        "toomanyrequests": Found(.throttling), "errorserverbusy": Found(.throttling),
        "errorinternalservererror": Found(.outage), "errorinternalservertransienterror": Found(.outage),
        "errormailboxstoreunavailable": Found(.outage), "serviceunavailable": Found(.outage),
        "errorsendasdenied": Found(.sendAsDenied), "errormessagesubmissionblocked": Found(.suspended),
        "erroraccountsuspend": Found(.suspended), "errorquotaexceeded": Found(.quotaExceeded),
        "errormessagesizeexceeded": Found(.tooLarge), "errorinvalidrecipients": Found(.badRecipient),
        "invalidauthenticationtoken": Found(.connection, "auth.token_expired"),
        // the Gmail API
        "autherror": Found(.connection, "auth.token_expired"),
        "dailylimitexceeded": Found(.sendingLimit), "quotaexceeded": Found(.sendingLimit),
        "ratelimitexceeded": Found(.throttling), "userratelimitexceeded": Found(.throttling),
        "resource_exhausted": Found(.throttling), "backenderror": Found(.outage), "uploadtoolarge": Found(.tooLarge),
        "sendasdenied": Found(.sendAsDenied), "insufficientpermissions": Found(.auth, "oauth.scope_missing"),
        "access_token_scope_insufficient": Found(.auth, "oauth.scope_missing"),
        // OAuth
        "invalid_grant": Found(.auth, "auth.consent"), "interaction_required": Found(.auth, "auth.consent"),
        "consent_required": Found(.auth, "auth.consent"), "temporarily_unavailable": Found(.outage),
        "server_error": Found(.outage),
        // IMAP
        "authenticationfailed": Found(.auth), "authorizationfailed": Found(.auth), "expired": Found(.auth),
        "webalert": Found(.auth, "auth.web_login"), "privacyrequired": Found(.auth, "auth.tls_needed"),
        "throttled": Found(.throttling), "unavailable": Found(.outage), "serverbug": Found(.outage),
        "inuse": Found(.outage), "corruption": Found(.outage), "overquota": Found(.quotaExceeded),
        "toobig": Found(.tooLarge),
        // The host's own: the server was too slow, or said again and again to come later.
        "deadline": Found(.connection, "connection.timed_out"),
    ]
}

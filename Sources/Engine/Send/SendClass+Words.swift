/// What servers say, told by words that stay the same from one server to the next: never by a whole sentence.
///
/// They are tried from the first to the last, so what is special stands before what is general. They are written as
/// `RefusalText` makes them: in small letters, with blanks in place of hyphens and underscores.
extension SendClass {
    /// Words that all mean the same.
    private struct Words: Sendable {
        let found: Found
        let when: When
        /// None of them may be there.
        let without: [String]
        /// Of one phrase, all parts must be there, in whatever order: they are written with `...` between them.
        let phrases: [[String]]

        enum When: Sendable {
            case always
            /// Only where the code says "later".
            case transient
            /// Only where it does not.
            case permanent
        }

        init(
            _ result: SendClass, _ cause: String? = nil, _ when: When = .always, without: [String] = [],
            saying phrases: [String]
        ) {
            found = Found(result, cause)
            self.when = when
            self.without = without
            self.phrases = phrases.map { Words.parts($0) }
        }

        /// `a ... b` in its parts.
        private static func parts(_ phrase: String) -> [String] {
            var parts: [String] = []
            var rest = Array(phrase.utf8)[...]
            let mark = Array(" ... ".utf8)
            var part: [UInt8] = []
            while !rest.isEmpty {
                if rest.starts(with: mark) {
                    parts.append(String(decoding: part, as: UTF8.self))
                    part = []
                    rest = rest.dropFirst(mark.count)
                } else {
                    part.append(rest.removeFirst())
                }
            }
            return parts + [String(decoding: part, as: UTF8.self)]
        }

        func fit(_ text: RefusalText, _ isTransient: Bool) -> Bool {
            switch when {
            case .always: break
            case .transient: guard isTransient else { return false }
            case .permanent: guard !isTransient else { return false }
            }
            return phrases.contains { $0.allSatisfy(text.has) } && !without.contains(where: text.has)
        }
    }

    static func byWords(_ text: RefusalText, _ reply: Reply) -> Found? {
        guard text.words.utf8.count > 2 else { return nil }
        let isTransient = reply.isTransient
        return all.first { $0.fit(text, isTransient) }?.found
    }

    private static let all: [Words] = [
        marks, limits, accounts, relays, recipients, sizes, rates, contents, logins, outages, full,
    ].flatMap(\.self)

    /// Marks that a provider puts into its answers: nothing is plainer.
    private static let marks: [Words] = [
        Words(.sendingLimit, saying: [" ib504", " ib607", " ib111", " ib113"]),
        Words(.throttling, saying: [" ib007", " ib510", " ib605", " ib110", " ib112", "[tss0 ... temporarily"]),
        Words(.throttling, nil, .transient, saying: ["[tss"]),
        Words(.contentRejected, saying: [" ib212", " ib705", "[cs01]", "[cs02]", "[ph01]", "[tss"]),
        Words(.contentRejected, "send.unauthenticated", saying: [" ib508", "[hme1]"]),
        Words(
            .contentRejected, "send.blocklisted",
            saying: [" ib103", " ib104", " ib105", " ib106", "[bl2"]),
        Words(.outage, saying: [" ib101", " prx4", " prx2"]),
        Words(.auth, saying: [" ib401"]), Words(.sendAsDenied, saying: [" ib501", " ib502", " ib506"]),
    ]

    /// The provider's limit for an hour or a day.
    private static let limits: [Words] = [
        Words(
            .sendingLimit,
            saying: [
                "submissionquotaexceeded", "submission quota exceeded", "errorexceededmessagelimit",
                "refusequota", "sending limit", "sending quota", "limit for sending", "daily limit",
                "hourly limit", "daily quota", "daily message", "relay limit", "relay quota",
                "emails per hour", "e mails per hour", "messages per hour", "mails per hour",
                "recipients per hour", "failures per hour", "emails per day", "messages per day",
                "mails per day", "recipients per day", "messages this hour", "recipients this hour",
                "outgoing ... limit exceeded", "outbound ... limit exceeded", "outgoing mail limit",
                "24 hour ... limit", "exceeded ... message limit", "exceeded ... email limit",
            ])
    ]

    /// The account as a whole: what it may send as, and whether it may send at all.
    private static let accounts: [Words] = [
        Words(
            .sendAsDenied,
            saying: [
                "sendasdenied", "permissions to send as", "permission to send as", "not allowed to send as",
                "not allowed to send from", "not owned by", "relaying disallowed as",
                "sender is not allowed", "sender address is not allowed", "not one of your addresses",
                "authorised to send from", "authorized to send from", "authorized to send as",
                "not authorized to use ... sender", "from address not verified", "email address is not verified",
                "from address ... not allowed", "not permitted to send as", "not permitted to send from",
                "sender address ... not match",
                "not allowed to use ... sender",
            ]),
        Words(
            .suspended,
            saying: [
                "outboundspamexception", "wascl useraction", "bad outbound sender", "hipsend", "hipnotify",
                "showtierupgrade", "spam abuse detected", "errormessagesubmissionblocked",
                "erroraccountsuspend", "unusual sending activity", "account ... blocked from sending",
                "blocked from sending", "sending ... has been disabled", "sending ... has been suspended",
                "your account ... suspended", "your account ... has been blocked", "your account ... is blocked",
                "your account ... has been disabled", "your account ... is locked",
                "your account ... has been locked", "tenant ... exceeded threshold",
            ]),
        // The same words about the recipient's mailbox and about the sender's own.
        Words(.recipientFull, saying: ["storedrv.deliver ... quotaexceeded"]),
        Words(
            .quotaExceeded,
            saying: [
                "shutoffquotaexceeded", "errorquotaexceeded", "storedrv.submission ... quotaexceeded",
                "your mailbox is full", "your mailbox ... over quota", "sender's mailbox is full",
                "sender mailbox is full",
                "[overquota]",
            ]),
    ]

    /// What was said of the way there, in whatever is rejected by it: the recipient, the client. What asks for a login first
    /// is found with the logins.
    private static let relays: [Words] = [
        Words(.refused, "send.relay_denied", .permanent, without: ["authenticat", "log in"], saying: relaying)
    ]

    private static let relaying = [
        "relay access denied", "relaying denied", "relay not permitted", "unable to relay", "relaying not allowed",
        "relay denied", "relaying not permitted", "relaying prohibited", "relay prohibited", "relaying is not",
        "relay is not", "not permitted to relay", "not allowed to relay", "do not relay", "don't relay",
    ]

    private static let recipients: [Words] = [
        // Exchange, of a recipient that takes mail from some senders alone.
        Words(
            .refused,
            saying: ["resolver.rst.authrequired", "resolver.rst.notauthorized", "resolver.rst.senderrestricted"]),
        Words(.throttling, nil, .transient, saying: ["too many recipients", "too many rcpt"]),
        Words(.refused, "send.too_many_recipients", saying: ["too many recipients", "too many rcpt"]),
        Words(
            .sendAsDenied, "send.sender_domain", .permanent,
            saying: ["sender address rejected ... domain not found", "sender ... domain must exist"]),
        // The words of a recipient that does not exist, said of the sender.
        Words(
            .sendAsDenied, nil, .permanent,
            saying: [
                "sender address rejected ... unknown", "sender address rejected ... undeliverable",
                "sender address rejected ... unverified", "sender address rejected ... does not exist",
                "sender verify failed", "sender verification failed", "invalid sender", "unknown sender",
                "sender unknown",
            ]),
        Words(
            .badRecipient, nil, .always, without: ["sender address", "client host", "authenticat"],
            saying: [
                "recipient address rejected: access denied", "user unknown", "unknown user", "nosuchuser",
                "no such user", "no such recipient", "no such mailbox", "no such address",
                "recipientnotfound", "recipient not found", "recipient unknown", "unknown recipient",
                "mailbox not found", "mailbox unknown", "unknown mailbox", "mailbox does not exist",
                "mailbox doesn't exist", "user doesn't exist", "user does not exist",
                "account does not exist", "account that you tried to reach does not exist",
                "address does not exist", "account ... reach is disabled", "invalid recipient",
                "invalid mailbox", "errorinvalidrecipients", "inactive email address",
                "inactive e mail address", "mailbox is disabled", "mailbox disabled", "illegal alias",
                "unrouteable address", "no mailbox here", "not our customer", "is no longer valid",
                "doesn't have a yahoo", "no longer on server", "recipient address rejected: domain not found",
                "host or domain name not found", "undeliverable address",
            ]),
    ]

    private static let sizes: [Words] = [
        Words(
            .tooLarge, nil, .always, without: ["too many", "mailbox size"],
            saying: [
                "message size", "size limit", "message too large", "message is too large",
                "message too big", "message is too big", "maximum size", "max message size", "size exceeds",
                "errormessagesizeexceeded", "recipsizelimit", "message length exceeds", "attachment ... too large",
            ])
    ]

    /// Too fast: of this client, this account, or to this recipient.
    private static let rates: [Words] = [
        Words(
            .throttling, greylisted,
            saying: [
                "greylist", "graylist", "grey list", "gray list", "temporarily deferred ... first contact",
                "postgrey",
            ]),
        Words(
            .contentRejected, nil, .permanent,
            saying: ["unusual rate ... unsolicited", "unusual rate ... has been blocked"]),
        Words(
            .contentRejected, "send.unauthenticated",
            saying: [
                "unauthenticated", "spf ... dkim", "dmarc", "sender policy framework",
                "authenticate ... with spf", "authenticate ... with dkim", "spf record", "spf check",
                "dkim ... did not pass", "does not pass ... dkim",
            ]),
        Words(
            .throttling,
            saying: [
                "sender thread limit", "concurrent connections limit", "submission rate",
                "too many login", "login rate limit", "unusual rate", "mail too quickly",
                "receiving mail at a rate", "excessive volume", "unexpected volume", "too much mail",
                "too many connections", "too many concurrent", "too many simultaneous", "too many sessions",
                "simultaneous connections", "number of connections", "too many messages", "too many mails",
                "too many emails", "too many errors", "rate limit", "ratelimit", "throttl", "too fast",
                "too quickly", "toomanyrequests", "mailboxconcurrency",
                "suggested backoff time", "messages per connection", "message per connection",
                "bandwidth limit", "slow down",
            ]),
        Words(.throttling, nil, .transient, saying: ["temporarily deferred", "try again in", "retry in"]),
    ]

    private static let contents: [Words] = [
        Words(
            .contentRejected, "send.blocklisted",
            saying: [
                "spamhaus", "blocked using", "dnsbl", "blacklist", "block list", "blocklist",
                "banned sending ip", "poor reputation", "bad reputation", "low reputation",
                "listed in ... rbl",
            ]),
        Words(
            .contentRejected, nil, .always, without: ["scanner", "unavailable"],
            saying: [
                "unsolicited", "potential security issue", "due to content", "due to its content",
                " spam", "[spam", "virus", "malware", "phish", "local policy", "policy reasons",
                "policy violation", "against our policy", "dangerous attachment", "attachment type",
                "blocked attachment", "illegal attachment", "content rejected",
                "message content", "prohibited content",
            ]),
    ]

    private static let logins: [Words] = [
        Words(.connection, "auth.token_expired", saying: ["accesstokenexpired", "access token ... expired"]),
        Words(
            .auth, "auth.consent",
            saying: ["invalid_grant", "invalid grant", "aadsts", "token has been expired or revoked"]),
        Words(.auth, "auth.smtp_disabled", saying: ["smtpclientauthentication is disabled"]),
        Words(.auth, "auth.basic_off", .permanent, saying: ["basic authentication is"]),
        Words(
            .auth, "auth.app_password", .permanent,
            saying: ["application specific password", "app specific password", "app password"]),
        Words(.auth, "auth.web_login", .permanent, saying: ["via your web browser", "web login required"]),
        Words(
            .auth, "auth.imap_disabled", .permanent,
            saying: [
                "yet to enable imap", "imap access is disabled", "imap is disabled", "imap ... not enabled",
                " authorization failure ",
            ]),
        Words(.auth, "auth.tls_needed", .permanent, saying: ["starttls ... first", "encryption required"]),
        Words(
            .auth, "auth.invalid_credentials", .permanent, without: ["temporar", "try again later"],
            saying: [" invalid credentials"]),
        Words(
            .auth, nil, .permanent, without: ["temporar", "try again later", "client host"],
            saying: [
                "password not accepted", "authentication unsuccessful", "authentication failed",
                "authentication failure", "authenticate failed", "authentication required",
                "authentication credentials invalid", "client not authenticated",
                "client was not authenticated", "not logged in", "login failed", "login incorrect",
                "bad username or password", "invalid login",
            ]),
        Words(.refused, "send.relay_denied", .permanent, saying: relaying),
    ]

    private static let outages: [Words] = [
        Words(
            .outage, "service.not_connected",
            saying: ["user is authenticated but not connected"]),
        Words(
            .outage,
            saying: [
                "temporary system problem", "temporary server error", "service not available",
                "service unavailable", "service currently unavailable", "temporarily unavailable",
                "system error (failure)", "internal server error", "internal error", "queue file write error",
                "insufficient system", "server temporarily", "temporary failure", "temporary error",
                "[unavailable]", "[serverbug]", "backend error",
            ]),
        Words(.connection, saying: ["imap connection broken"]),
    ]

    /// Last: "quota" is said of limits, of the own mailbox and of the recipient's.
    private static let full: [Words] = [
        Words(
            .recipientFull,
            saying: [
                "over quota", "overquota", "over its quota", "mailbox full", "mailbox is full",
                "inbox is full", "out of storage", "storage limit", "quota exceeded", "exceeded ... quota",
                "insufficient storage", "mailbox size limit", "not enough space",
            ])
    ]
}

import Base
import CMailroom
import Testing

@testable import Engine
@testable import Store
@testable import Wire

/// Providers with an API, and IMAP: their names and statuses are kept apart from the codes of SMTP.
@Suite struct SendCodesTests {
    struct Answer: Sendable, CustomTestStringConvertible {
        var http: Int32?
        var code: String?
        var text: String?
        let found: SendClass
        var temporary = false
        var testDescription: String { "\(http ?? 0) \(code ?? "-") \(text ?? "-")" }
    }

    static let answers: [Answer] = [
        Answer(http: 429, code: "ErrorExceededMessageLimit", found: .sendingLimit, temporary: true),
        Answer(http: 400, code: "ErrorSubmissionQuotaExceeded", found: .sendingLimit, temporary: true),
        Answer(
            http: 403, text: "ErrorExceededMessageLimit: the limit is reached", found: .sendingLimit, temporary: true),
        Answer(http: 429, code: "ApplicationThrottled", found: .throttling, temporary: true),
        Answer(http: 429, code: "MailboxConcurrency", found: .throttling, temporary: true),
        Answer(http: 429, code: "TooManyRequests", found: .throttling, temporary: true),
        Answer(http: 429, found: .throttling, temporary: true),
        Answer(http: 403, code: "rateLimitExceeded", found: .throttling, temporary: true),
        Answer(http: 403, code: "userRateLimitExceeded", found: .throttling, temporary: true),
        Answer(http: 403, code: "USERRATELIMITEXCEEDED", found: .throttling, temporary: true),
        Answer(http: 403, text: "User-rate limit exceeded", found: .throttling, temporary: true),
        Answer(http: 500, found: .outage, temporary: true), Answer(http: 502, found: .outage, temporary: true),
        Answer(http: 503, found: .outage, temporary: true), Answer(http: 504, found: .outage, temporary: true),
        Answer(http: 403, code: "ErrorSendAsDenied", found: .sendAsDenied),
        Answer(http: 403, code: "ErrorMessageSubmissionBlocked", found: .suspended),
        Answer(http: 403, code: "ErrorAccountSuspend", found: .suspended),
        Answer(http: 507, code: "ErrorQuotaExceeded", found: .quotaExceeded),
        Answer(http: 400, code: "ErrorQuotaExceeded", found: .quotaExceeded),
        Answer(http: 413, found: .tooLarge), Answer(http: 400, code: "ErrorMessageSizeExceeded", found: .tooLarge),
        Answer(http: 400, code: "ErrorInvalidRecipients", found: .badRecipient),
        Answer(http: 401, found: .auth), Answer(http: 400, code: "invalid_grant", found: .auth),
        Answer(http: 400, text: "invalid_grant: Token has been expired or revoked.", found: .auth),
        Answer(http: 400, text: "AADSTS700082: The refresh token has expired due to inactivity.", found: .auth),
        Answer(http: 400, text: "AADSTS50173: The provided grant has expired", found: .auth),
        Answer(http: 401, code: "InvalidAuthenticationToken", found: .connection, temporary: true),
        Answer(http: 401, code: "authError", found: .connection, temporary: true),
        Answer(code: "deadline", found: .connection, temporary: true),
        Answer(http: 404, found: .refused),
        // A status is no reply code: 450, 535, 550 and 552 mean nothing in HTTP.
        Answer(http: 450, found: .refused), Answer(http: 535, found: .outage, temporary: true),
        Answer(http: 452, found: .refused),
    ]

    @Test(arguments: answers)
    func anAPIsAnswerHasItsClass(_ answer: Answer) {
        var failure = Failure(MR_E_REFUSED, "refused")
        failure.http = answer.http
        failure.code = answer.code
        failure.serverText = answer.text
        #expect(SendClass.of(failure) == answer.found)
        let result = SendClassTests.decide(failure)
        #expect(result.failure?.failureClass == answer.found.rawValue)
        #expect(result.temporary == answer.temporary)
        #expect(result.failure?.http == answer.http)
        #expect(result.failure?.smtp == nil, "no status is ever a reply code")
        #expect(result.failure?.advice?.isEmpty == false)
    }

    @Test func aReplyCodeIsNoStatus() {
        // 429, 413, 503 and 401 of SMTP are not those of HTTP.
        #expect(SendClass.of(SendClass.Reply(smtp: 429)) == .outage)
        #expect(SendClass.of(SendClass.Reply(smtp: 413)) == .outage)
        #expect(SendClass.of(SendClass.Reply(smtp: 503)) == .refused)
        #expect(SendClass.of(SendClass.Reply(http: 503)) == .outage)
        #expect(!SendClass.Reply(http: 450).isTransient)
        #expect(SendClass.Reply(smtp: 450).isTransient)
        // Where there are both, each is read as what it is.
        #expect(SendClass.of(SendClass.Reply(smtp: 550, step: "rcpt", http: 429)) == .badRecipient)
    }

    /// The strings of IMAP servers, through the grammar of the wire.
    @Test(
        arguments: [
            ("NO [AUTHENTICATIONFAILED] Authentication failed.", "auth", "auth", "auth.refused"),
            ("NO [AUTHENTICATION FAILED] Invalid credentials (Failure)", "auth", "auth", "auth.invalid_credentials"),
            ("NO [AUTHENTICATION FAILED] Authentication failed", "auth", "auth", "auth.refused"),
            ("NO AUTHENTICATE failed", "auth", "auth", "auth.refused"),
            ("NO [ALERT] Invalid credentials (Failure)", "auth", "auth", "auth.invalid_credentials"),
            ("NO [ALERT] Please log in via your web browser: https://x (Failure)", "auth", "auth", "auth.web_login"),
            ("NO [WEBALERT https://x] Web login required.", "auth", "auth", "auth.web_login"),
            ("NO LOGIN failed.", "auth", "auth", "auth.refused"),
            ("NO [ALERT] Application-specific password required", "auth", "auth", "auth.app_password"),
            (
                "NO [ALERT] You are yet to enable IMAP for your account. Please contact your administrator (Failure)",
                "auth", "auth", "auth.imap_disabled"
            ),
            ("BYE Session invalidated - AccessTokenExpired", "noop", "connection", "auth.token_expired"),
            ("BAD User is authenticated but not connected.", "select", "outage", "service.not_connected"),
            (
                "BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds", "select", "throttling",
                "limit.rate"
            ),
            ("NO LOGIN Login Rate Limit Hit", "auth", "throttling", "limit.rate"),
            ("NO [UNAVAILABLE] Temporary authentication failure.", "auth", "outage", "service.outage"),
            ("NO [SERVERBUG] Internal error occurred.", "fetch", "outage", "service.outage"),
            ("NO System Error (Failure)", "select", "outage", "service.outage"),
            ("BYE bye", "noop", "connection", "connection.lost"),
            ("BYE [CLOSED] IMAP connection broken (Authenticate)", "auth", "connection", "connection.lost_login"),
            ("BYE [CLOSED] IMAP connection broken (Server Response)", "fetch", "connection", "connection.lost"),
            (
                "NO [OVERQUOTA] Quota exceeded (mailbox for user is full)", "append", "quota_exceeded",
                "send.quota_exceeded"
            ),
        ])
    func anImapServersWords(_ line: String, _ step: String, _ expected: String, _ cause: String) throws {
        for spelling in [line, line.replacing(" failed", with: " FAILED")] {
            let failure = Imap.Refusal.failure(try status(spelling), step: step).understood().explained()
            #expect(failure.failureClass == expected)
            #expect(failure.cause == cause)
            #expect(failure.advice == Cause.named(cause)?.advice)
            #expect(failure.serverText?.isEmpty == false)
            let next = HealthRules.failed(Health(), .receive, failure, now: 1_000).nextAttempt ?? 0
            #expect(next >= 61_000)
            if line.hasPrefix("BAD Request") { #expect(next == 300_961) }
        }
    }

    private func status(_ line: String) throws -> Imap.Status {
        var reader = Imap.ResponseReader()
        let bytes = Array("* \(line)".utf8)
        let step = try bytes.withUnsafeBytes { raw in try reader.line(raw) }
        guard case .response(.status(let status)) = step else { throw Failure(MR_E_INTERNAL, "no status: \(line)") }
        return status
    }

    @Test(
        arguments: [
            (MR_E_CONNECTION, "connection.refused", "connection"),
            (MR_E_CONNECTION, "connection.name_unknown", "connection"),
            (MR_E_CONNECTION, "connection.timed_out", "connection"), (MR_E_CONNECTION, nil, "connection"),
            (MR_E_TLS, "tls.not_offered", "connection"), (MR_E_TLS, "tls.expired", "connection"),
            (MR_E_OUTAGE, nil, "outage"), (MR_E_THROTTLED, nil, "throttling"), (MR_E_AUTH, nil, "auth"),
            (MR_E_AUTH, "auth.mechanism", "auth"), (MR_E_PROTOCOL, nil, "outage"),
        ] as [(Int, String?, String)])
    func whatTheHostKnowsIsKept(_ code: Int, _ cause: String?, _ expected: String) {
        var failure = Failure(code, "it failed")
        failure.cause = cause
        let result = SendClassTests.decide(failure)
        #expect(result.failure?.failureClass == expected)
        if let cause { #expect(result.failure?.cause == cause) }
        #expect(result.newState == (expected == "auth" ? "failed" : "retry_wait"))
        #expect((result.hold != nil) == (expected == "throttling"))
    }

    @Test(
        arguments: [
            (MR_E_AUTH, 535, "5.7.8", "Username and Password not accepted", MR_E_AUTH, "auth", "auth.refused"),
            (
                MR_E_AUTH, 550, "5.4.5", "Daily user sending limit exceeded", MR_E_OUTAGE, "sending_limit",
                "send.sending_limit"
            ),
            (MR_E_AUTH, 535, "5.7.0", "Too many login attempts", MR_E_OUTAGE, "throttling", "send.throttling"),
            (MR_E_AUTH, 550, "5.1.1", "User unknown", MR_E_AUTH, nil, nil),
            (MR_E_REFUSED, 554, "5.2.0", "OutboundSpamException", MR_E_REFUSED, "suspended", "send.suspended"),
            (MR_E_REFUSED, 554, nil, "go away", MR_E_REFUSED, nil, nil),
        ] as [(Int, Int32, String?, String, Int, String?, String?)])
    func aLoginOrAGreetingIsKnownByItsWords(
        _ result: Int, _ smtp: Int32, _ enhanced: String?, _ words: String, _ after: Int, _ expected: String?,
        _ cause: String?
    ) {
        var failure = Failure(result, "refused")
        failure.smtp = smtp
        failure.enhanced = enhanced
        failure.serverText = words
        failure.step = result == MR_E_AUTH ? "auth" : "greeting"
        let told = SendOutcome.told(failure)
        #expect(told.result == Int32(after))
        #expect(told.failureClass == expected)
        #expect(told.cause == cause)
    }

    @Test func aLostConnectionAfterTheMessageIsUnknown() {
        var failure = Failure(MR_E_CONNECTION, "lost")
        failure.step = "dot"
        let result = SendClassTests.decide(failure)
        #expect(result.newState == "outcome_unknown")
        #expect(result.failure?.failureClass == "outcome_unknown")
        #expect(!result.temporary)
        #expect(result.nextAttempt == nil)
    }
}

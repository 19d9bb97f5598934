import Base
import CMailroom
import Testing

@testable import Wire

struct ImapRefusalTests {
    static let table: [(String, String, Int, String?, Int64?)] = [
        ("NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", "auth", MR_E_AUTH, "AUTHENTICATIONFAILED", nil),
        ("NO [AUTHENTICATION FAILED] Authentication failed", "auth", MR_E_AUTH, "AUTHENTICATIONFAILED", nil),
        ("NO [ALERT] Please log in via your web browser", "auth", MR_E_AUTH, "ALERT", nil),
        ("NO LOGIN failed", "auth", MR_E_AUTH, nil, nil),
        ("BAD Missing credentials", "auth", MR_E_AUTH, nil, nil),
        ("BAD Unknown command", "auth", MR_E_PROTOCOL, nil, nil),
        ("NO [UNAVAILABLE] Temporary authentication failure", "auth", MR_E_OUTAGE, "UNAVAILABLE", nil),
        ("NO Temporary authentication failure", "auth", MR_E_OUTAGE, nil, nil),
        ("NO [PRIVACYREQUIRED] Plaintext is disallowed", "auth", MR_E_TLS, "PRIVACYREQUIRED", nil),
        ("NO [LIMIT] Maximum number of connections from user+IP exceeded", "auth", MR_E_THROTTLED, "LIMIT", nil),
        ("BYE Too many connections", "greeting", MR_E_THROTTLED, nil, nil),
        ("BYE [UNAVAILABLE] Server shutting down.", "fetch", MR_E_OUTAGE, "UNAVAILABLE", nil),
        ("BYE Disconnected for inactivity.", "fetch", MR_E_CONNECTION, nil, nil),
        (
            "BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds", "fetch", MR_E_THROTTLED, nil,
            299_961
        ),
        ("BAD Request is throttled. Suggested Backoff Time: 99999999999999", "list", MR_E_THROTTLED, nil, 86_400_000),
        ("BAD Request is throttled. Suggested Backoff Time: soon", "list", MR_E_THROTTLED, nil, nil),
        ("NO [SERVERBUG] Internal error occurred.", "select", MR_E_OUTAGE, "SERVERBUG", nil),
        ("NO [NONEXISTENT] Unknown Mailbox: x (Failure)", "select", MR_E_REFUSED, "NONEXISTENT", nil),
        ("NO System Error (Failure)", "fetch", MR_E_OUTAGE, nil, nil),
        ("NO no such folder", "select", MR_E_REFUSED, nil, nil),
        ("BAD Error in IMAP command", "list", MR_E_PROTOCOL, nil, nil),
        // Of real servers: Dovecot, Yahoo, Gmail, Exchange, iCloud, Zoho.
        (
            "NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)",
            "auth", MR_E_THROTTLED, "UNAVAILABLE", nil
        ),
        ("NO [ALERT] Too many simultaneous connections. (Failure)", "auth", MR_E_THROTTLED, "ALERT", nil),
        ("BYE [ALERT] Maximum number of connections from user+IP exceeded", "select", MR_E_THROTTLED, "ALERT", nil),
        ("NO [LIMIT] LOGIN Rate limit hit.", "auth", MR_E_THROTTLED, "LIMIT", nil),
        ("NO [LIMIT] FETCH Rate limit hit.", "fetch", MR_E_THROTTLED, "LIMIT", nil),
        ("NO [LIMIT] APPEND Rate limit hit.", "append", MR_E_THROTTLED, "LIMIT", nil),
        ("NO [LIMIT] Too many keywords in this mailbox", "store", MR_E_REFUSED, "LIMIT", nil),
        ("NO Login Rate Limit Hit", "auth", MR_E_THROTTLED, nil, nil),
        ("NO Too many login attempts, please try again later", "auth", MR_E_THROTTLED, nil, nil),
        ("NO Too many login attempts, try again in 15 minutes", "auth", MR_E_THROTTLED, nil, 900_000),
        ("NO [THROTTLED] Retry after 30 seconds", "fetch", MR_E_THROTTLED, "THROTTLED", 30_000),
        (
            "BYE [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)", "fetch", MR_E_REFUSED,
            "OVERQUOTA", nil
        ),
        ("NO [ALERT] Account exceeded bandwidth limits. (Failure)", "auth", MR_E_THROTTLED, "ALERT", nil),
        ("NO [ALERT] Invalid credentials (Failure)", "auth", MR_E_AUTH, "ALERT", nil),
        ("NO [ALERT] You are yet to enable IMAP for your account", "auth", MR_E_AUTH, "ALERT", nil),
        ("BAD User is authenticated but not connected.", "select", MR_E_OUTAGE, nil, nil),
        ("BYE Session invalidated - AccessTokenExpired", "fetch", MR_E_CONNECTION, nil, nil),
        ("BYE Connection is closed. 13", "idle", MR_E_CONNECTION, nil, nil),
        ("NO [SERVERBUG] Temporary System Problem. Try again later", "fetch", MR_E_OUTAGE, "SERVERBUG", nil),
        ("NO [UNAVAILABLE] Server busy, try again later", "select", MR_E_OUTAGE, "UNAVAILABLE", nil),
        ("BAD [SERVERBUG] Temporary server error. Please try again later. PRX4", "auth", MR_E_OUTAGE, "SERVERBUG", nil),
        ("NO [OVERQUOTA] Quota exceeded (mailbox for user is full)", "append", MR_E_REFUSED, "OVERQUOTA", nil),
        ("NO [TOOBIG] Maximum message size exceeded.", "append", MR_E_REFUSED, "TOOBIG", nil),
        ("BAD [TOOBIG] Message too large.", "append", MR_E_REFUSED, "TOOBIG", nil),
        ("NO [NOPERM] Permission denied", "store", MR_E_REFUSED, "NOPERM", nil),
        ("NO [TRYCREATE] Mailbox doesn't exist: Sent", "append", MR_E_REFUSED, "TRYCREATE", nil),
        ("BAD Request is throttled. Suggested Backoff Time: 12", "list", MR_E_THROTTLED, nil, 12),
        // Of real servers: Cyrus, Courier.
        ("NO Too many open connections (1 of 1 for ann)", "auth", MR_E_THROTTLED, nil, nil),
        ("NO Login failed: authorization failure", "auth", MR_E_AUTH, nil, nil),
        ("NO Over quota", "append", MR_E_REFUSED, nil, nil),
        ("BYE [ALERT] closed for repair until noon", "list", MR_E_OUTAGE, "ALERT", nil),
        ("BYE [ALERT] Session expired", "list", MR_E_CONNECTION, "ALERT", nil),
        ("BYE IMAP access disabled for this account.", "capability", MR_E_AUTH, nil, nil),
        ("BYE Temporary problem, please try again later", "auth", MR_E_OUTAGE, nil, nil),
    ]

    @Test(arguments: table)
    func classified(_ text: String, _ step: String, _ result: Int, _ code: String?, _ retry: Int64?) throws {
        guard case .status(let status)? = try ImapFeed.responses("* \(text)").first else {
            Issue.record("no status")
            return
        }
        let failure = Imap.Refusal.failure(status, step: step)
        #expect(failure.result == mr_result(result))
        #expect(failure.code == code)
        #expect(failure.step == step)
        #expect(failure.retryAfterMs == retry)
        #expect(failure.serverText == status.text)
        #expect(!failure.message.isEmpty)
    }

    @Test(arguments: [
        ("NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded", "auth", "connection.limit"),
        ("BYE Too many connections", "auth", "connection.limit"), ("NO [LIMIT] LOGIN Rate limit hit.", "auth", nil),
        ("NO Too many open connections (1 of 1 for ann)", "auth", "connection.limit"),
        ("BAD Request is throttled. Suggested Backoff Time: 5 milliseconds", "auth", nil),
        ("NO [AUTHENTICATIONFAILED] Invalid credentials", "auth", nil),
        ("NO [PRIVACYREQUIRED] Plaintext is disallowed", "auth", "auth.tls_needed"),
        ("BYE IMAP access disabled via insecure connection.", "list", "auth.tls_needed"),
        ("BYE IMAP access disabled for this account.", "list", "auth.imap_disabled"),
        ("NO IMAP access disabled", "list", nil), ("BYE [ALERT] closed for repair", "list", nil),
        ("NO Over quota", "append", "send.quota_exceeded"), ("NO Over quota", "fetch", nil),
        ("NO [ALERT] You exceeded your mail quota.", "copy", "send.quota_exceeded"),
        ("NO [OVERQUOTA] no", "append", "send.quota_exceeded"), ("NO no", "append", nil),
    ])
    func named(_ text: String, _ step: String, _ cause: String?) throws {
        guard case .status(let status)? = try ImapFeed.responses("* \(text)").first else {
            Issue.record("no status")
            return
        }
        #expect(Imap.Refusal.failure(status, step: step).cause == cause)
    }

    @Test(arguments: [
        ("NO Some of the requested messages no longer exist.", true), ("NO [EXPUNGEISSUED] gone", true),
        ("NO Some messages could not be FETCHed (Failure)", false), ("OK Some of the messages no longer exist", false),
        ("NO [LIMIT] FETCH Rate limit hit.", false),
    ])
    func onlyMissing(_ text: String, _ expected: Bool) throws {
        guard case .status(let status)? = try ImapFeed.responses("* \(text)").first else {
            Issue.record("no status")
            return
        }
        #expect(Imap.Refusal.isOnlyMissing(status) == expected)
    }
}

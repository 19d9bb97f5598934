import Base
import CMailroom
import Testing

@testable import Engine

/// The texts of real servers, as `docs/engine.md` says what they mean.
@Suite struct ServerLimitTests {
    private func failure(_ result: Int, _ words: String, code: String? = nil, step: String? = "login") -> Failure {
        var failure = Failure(result, "it failed")
        failure.serverText = words
        failure.code = code
        failure.step = step
        return failure
    }

    @Test(
        arguments: [
            (
                MR_E_REFUSED, "Maximum number of connections from user+IP exceeded (mail_max_userip_connections=20)",
                "UNAVAILABLE", "login", "connection.limit"
            ),
            (MR_E_AUTH, "Too many simultaneous connections. (Failure)", "ALERT", "login", "connection.limit"),
            (MR_E_REFUSED, "Too many simultaneous connections", "LIMIT", "login", "connection.limit"),
            (MR_E_THROTTLED, "UID FETCH rejected", "LIMIT", "fetch", "limit.rate"),
            (MR_E_REFUSED, "Too many keywords in this mailbox", "LIMIT", "store", nil),
            (MR_E_REFUSED, "Too many messages", "LIMIT", "append", nil),
            (
                MR_E_PROTOCOL, "Request is throttled. Suggested Backoff Time: 299961 milliseconds", nil, "select",
                "limit.rate"
            ),
            (MR_E_OUTAGE, "Account exceeded command or bandwidth limits.", "OVERQUOTA", "fetch", "limit.rate"),
            (MR_E_AUTH, "Login Rate Limit Hit", nil, "login", "limit.rate"),
            (MR_E_CONNECTION, "Too many connections, come back at noon", nil, "greeting", "connection.limit"),
            (MR_E_REFUSED, "Mailbox does not exist", "NONEXISTENT", "select", nil),
            (MR_E_AUTH, "Invalid credentials (Failure)", "AUTHENTICATIONFAILED", "login", nil),
            (MR_E_CONNECTION, "", nil, "dial", nil),
        ] as [(Int, String, String?, String, String?)])
    func aLimitIsKnownByItsWords(_ result: Int, _ words: String, _ code: String?, _ step: String, _ cause: String?) {
        let before = failure(result, words, code: code, step: step)
        let after = before.understood()
        if let cause {
            #expect(after.result == Int32(MR_E_THROTTLED))
            #expect(after.cause == cause)
            #expect(after.explained().advice == Cause.named(cause)?.advice)
        } else {
            #expect(after.result == Int32(result))
            #expect(after.cause == nil)
        }
    }

    private func key(_ account: Int64, _ host: String) -> Connections.Key {
        Connections.Key(account: account, scheme: "imap", host: host)
    }

    @Test func whatTheServerWantsIsObeyedUntilItsTime() throws {
        let pauses = Pauses()
        try pauses.check(key(1, "a"))
        let wish = failure(MR_E_THROTTLED, "Request is throttled. Suggested Backoff Time: 299961 milliseconds")
            .understood()
        let noted = pauses.note(wish, key(1, "a"))
        #expect(noted.retryAfterMs == 299_961)
        let held = #expect(throws: Failure.self) { try pauses.check(key(1, "a")) }
        #expect(held?.result == Int32(MR_E_THROTTLED))
        #expect(held?.serverText == wish.serverText)
        #expect((held?.retryAfterMs ?? 0) > 290_000)
        // Nobody else waits for it: not another account, not the account's other server.
        try pauses.check(key(2, "a"))
        try pauses.check(key(1, "b"))
        // A shorter wish does not end a longer one.
        var short = wish
        short.retryAfterMs = 1_000
        _ = pauses.note(short, key(1, "a"))
        #expect(throws: Failure.self) { try pauses.check(key(1, "a")) }
        pauses.forget(account: 1)
        try pauses.check(key(1, "a"))
    }

    @Test func whatIsNoWishMakesNoPause() throws {
        let pauses = Pauses()
        _ = pauses.note(failure(MR_E_CONNECTION, ""), key(1, "a"))
        var own = Failure(MR_E_THROTTLED, "no turn")
        own.cause = "limit.own"
        _ = pauses.note(own, key(1, "a"))
        try pauses.check(key(1, "a"))
    }

    @Test(
        arguments: [
            ("imap.gmail.com", 600_000), ("imap.example.org", 0), ("notimap.gmail.com.example", 0),
        ] as [(String, Int64)])
    func habitsAreOfTheNameOrWhatEndsWithIt(_ host: String, _ floor: Int64) {
        #expect((HostHabits.of(host)?.pollMs ?? 0) == floor)
    }
}

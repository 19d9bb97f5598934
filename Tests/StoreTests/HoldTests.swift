import Base
import CMailroom
import Testing

@testable import Store

extension StoreTests {
    /// `account.send_after`: the whole queue of an account waits.
    @Suite struct Holds {
        private func end(_ desk: Desk, _ send: Int64, _ result: AttemptResult) throws {
            let attempt = try desk.store.beginAttempt(send, lease: desk.lease)
            try desk.store.finishAttempt(attempt, result, lease: desk.lease)
        }

        private func limited() -> AttemptResult {
            var failure = Failure(MR_E_REFUSED, "refused")
            failure.failureClass = "sending_limit"
            failure.http = 429
            failure.code = "ErrorExceededMessageLimit"
            var result = AttemptResult(newState: "failed", failure: failure, temporary: true)
            result.tryAfter = 99_000
            result.hold = QueueHold(until: 77_000, failureClass: "sending_limit", reason: "the daily limit")
            return result
        }

        @Test func aHoldIsStoredWithTheAttempt() throws {
            let desk = try Desk()
            #expect(try desk.store.queueHold(of: desk.account) == nil)
            let send = try desk.send()
            try end(desk, send, limited())
            #expect(
                try desk.store.queueHold(of: desk.account)
                    == QueueHold(until: 77_000, failureClass: "sending_limit", reason: "the daily limit"))
            let row = try desk.store.get("send", send)
            #expect(row.int("try_after") == 99_000)
            #expect(row.int("temporary") == 1)
            #expect(row.int("http") == 429)
            #expect(row.int("smtp") == nil)
            #expect(row.text("provider_code") == "ErrorExceededMessageLimit")
            let attempt = try #require(
                try desk.store.find("attempt", Record(["send": .int(send)]), after: nil, limit: 9).rows.first)
            #expect(attempt.int("http") == 429)
            #expect(attempt.int("smtp") == nil)
            try desk.store.resend(send, to: nil, acceptDuplicate: false)
            let again = try desk.store.get("send", send)
            #expect(again["try_after"] == nil && again["http"] == nil && again["provider_code"] == nil)
        }

        @Test(arguments: ["sent", "failed", "queued", "retry_wait"])
        func onlySuccessEndsIt(_ state: String) throws {
            let desk = try Desk()
            try end(desk, try desk.send(), limited())
            try end(desk, try desk.send(), AttemptResult(newState: state))
            #expect((try desk.store.queueHold(of: desk.account) == nil) == (state == "sent"))
        }

        @Test func someWhoAcceptedEndItToo() throws {
            let desk = try Desk()
            try end(desk, try desk.send(), limited())
            let two = try desk.send(["bob@example.com", "eve@example.com"])
            try end(
                desk, two,
                AttemptResult(
                    newState: "failed",
                    recipients: [
                        RecipientOutcome(address: "bob@example.com", outcome: "accepted"),
                        RecipientOutcome(address: "eve@example.com", outcome: "refused"),
                    ]))
            #expect(try desk.store.queueHold(of: desk.account) == nil)
        }

        @Test func reconnectingEndsIt() throws {
            let desk = try Desk()
            try end(desk, try desk.send(), limited())
            _ = try desk.store.reconnectAccount(
                desk.account, values: AccountChanges(), settings: [:], secrets: [:],
                job: NewJob(kind: "reconnect", account: desk.account, onDeath: .repeat))
            #expect(try desk.store.queueHold(of: desk.account) == nil)
        }

        @Test func whatWasOfferedFirstInTheWindows() throws {
            let desk = try Desk()
            let now: Int64 = 1_000_000_000
            #expect(try desk.store.firstSpent(of: desk.account, now: now) == (nil, nil))
            try desk.store.write { (transaction) throws(Failure) in
                for minutes in [10, 59, 61, 1_439, 1_441] as [Int64] {
                    try transaction.db.run(
                        "INSERT INTO spent(account, host, at, recipients) VALUES(?, 'h', ?, 1)", desk.account,
                        now - minutes * 60_000)
                }
            }
            let first = try desk.store.firstSpent(of: desk.account, now: now)
            #expect(first.inHour == now - 59 * 60_000)
            #expect(first.inDay == now - 1_439 * 60_000)
            #expect(try desk.store.firstSpent(of: 999, now: now) == (nil, nil))
        }

        @Test func whatIsSetOfOneMessage() throws {
            let desk = try Desk()
            #expect(try desk.store.messageLimits(of: desk.account) == (nil, nil))
            try desk.store.write { (transaction) throws(Failure) in
                try transaction.db.run(
                    "INSERT INTO pacing(account, recipients_message, max_size) VALUES(?, 10, 0)", desk.account)
            }
            #expect(try desk.store.messageLimits(of: desk.account) == (10, 0))
        }

        /// What waits at an account that sends no more is shown with the reason.
        @Test func withoutAServerForSendingItIsHeld() throws {
            let desk = try Desk()
            let send = try desk.send()
            #expect(try desk.store.get("send", send).text("held_reason") == nil)
            try desk.store.write { (transaction) throws(Failure) in
                try transaction.db.run("UPDATE account SET sends = 0 WHERE id = ?", desk.account)
            }
            #expect(try desk.store.get("send", send).text("held_reason")?.contains("no server for sending") == true)
            #expect(try desk.store.sendingAccounts(now: Clock.wall()).isEmpty)
        }
    }
}

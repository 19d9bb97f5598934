import Base
import CMailroom
import Testing

@testable import Store

extension StoreTests {
    /// What reconnecting lets go, what it holds, and what vanishes by no slip.
    @Suite struct Releases {
        private func waiting(_ desk: Desk, _ failureClass: String) throws -> Int64 {
            let send = try desk.send()
            let attempt = try desk.store.beginAttempt(send, lease: desk.lease)
            var failure = Failure(MR_E_CONNECTION, "not now")
            failure.failureClass = failureClass
            try desk.store.finishAttempt(
                attempt,
                AttemptResult(
                    newState: "retry_wait", failure: failure, temporary: true, nextAttempt: Clock.wall() + 3_600_000),
                lease: desk.lease)
            return send
        }

        @Test(arguments: [
            ("connection", true), ("auth", true), ("outage", true), ("suspended", true), ("sending_limit", false),
            ("throttling", false), ("recipient_full", false), ("bad_recipient", false),
        ])
        func whatWaitsForTheServerGoesAtOnce(_ failureClass: String, _ goes: Bool) throws {
            let desk = try Desk()
            let send = try waiting(desk, failureClass)
            let before = try desk.store.latestChange()
            try desk.store.releaseRetries(of: desk.account + 1)
            #expect(try desk.store.dueSends(now: Clock.wall(), limit: 9, account: desk.account).isEmpty)
            try desk.store.releaseRetries(of: desk.account)
            let due = try desk.store.dueSends(now: Clock.wall(), limit: 9, account: desk.account).map(\.id)
            #expect(due == (goes ? [send] : []))
            #expect((try desk.store.latestChange() > before) == goes)
        }

        /// More than one slice of them.
        @Test func allOfThem() throws {
            let desk = try Desk()
            for _ in 0..<Transaction.sliceOfSends + 3 { _ = try waiting(desk, "connection") }
            try desk.store.releaseRetries(of: desk.account)
            let due = try desk.store.dueSends(now: Clock.wall(), limit: 1000, account: desk.account)
            #expect(due.count == Transaction.sliceOfSends + 3)
        }

        /// The login of the receiving side holds the queue, although sending itself was well the last time.
        @Test func aRefusedLoginOfTheOtherSideSaysWhyTheQueueWaits() throws {
            let desk = try Desk()
            let send = try desk.send()
            var health = Health()
            health.state = "error"
            health.syncHealth = "failing"
            health.sendHealth = "ok"
            health.failureClass = "auth"
            health.nextAttempt = Clock.wall() + 60_000
            try desk.store.setHealth(desk.account, health, lease: desk.lease)
            #expect(try desk.store.dueSends(now: Clock.wall(), limit: 9, account: desk.account).isEmpty)
            let row = try desk.store.accountStatus(desk.account)
            #expect(row.text("send_health") == "ok")
            #expect(row.text("held_reason")?.contains("login is refused") == true)
            #expect(try desk.store.get("send", send).text("held_reason") == row.text("held_reason"))
        }

        /// What brings the login back depends on how the account logs in.
        @Test(
            arguments: [
                (nil, "auth.refused", "auth", "reconnect the mailbox"),
                ("password", nil, "auth", "reconnect the mailbox"),
                ("oauth2", "oauth.revoked", "auth", "its owner signs in again"),
                ("oauth2", nil, "auth", "its owner signs in again"),
                ("oauth2", "oauth.client_expired", "auth", "the application"),
                ("service", "oauth.delegation", "auth", "the access of the application"),
                ("external", "oauth.token_wanted", "auth", "hand in a token"),
            ] as [(String?, String?, String, String)], ["error", "connection_issue"])
        func whatHeldMailWaitsFor(_ login: (String?, String?, String, String), _ state: String) throws {
            let desk = try Desk()
            if let auth = login.0 {
                try desk.store.write { (transaction) throws(Failure) in
                    try transaction.putSetting(desk.account, "auth", auth)
                }
            }
            var health = Health()
            health.state = state
            health.syncHealth = "failing"
            health.cause = login.1
            health.failureClass = login.2
            try desk.store.setHealth(desk.account, health, lease: desk.lease)
            let held = try #require(try desk.store.get("send", try desk.send()).text("held_reason"))
            #expect(held.hasSuffix(login.3) || held.contains(login.3 + ","), "\(held)")
            #expect(
                held.contains("reconnect")
                    == ["reconnect the mailbox", "the access of the application"].contains(login.3))
        }

        @Test func whatFailsForTwoDaysAndIsNoLoginIsReconnected() throws {
            let desk = try Desk()
            var health = Health()
            health.state = "connection_issue"
            health.failureClass = "connection"
            try desk.store.setHealth(desk.account, health, lease: desk.lease)
            let held = try desk.store.get("send", try desk.send()).text("held_reason")
            #expect(held == "the mailbox has been failing for two days; reconnect the mailbox")
        }

        private func failure(_ body: () throws -> Void) -> Failure? {
            do {
                try body()
                return nil
            } catch {
                return error as? Failure
            }
        }

        @Test(arguments: ["queued", "retry_wait", "sending"])
        func whatHasStillToGoIsNotRemoved(_ state: String) throws {
            let desk = try Desk()
            let send = state == "retry_wait" ? try waiting(desk, "outage") : try desk.send()
            if state == "sending" { _ = try desk.store.beginAttempt(send, lease: desk.lease) }
            let refused = try #require(failure { try desk.store.removeSend(send) })
            #expect(refused.result == Int32(MR_E_BUSY))
            #expect(refused.message.hasPrefix("send \(send) "))
            #expect(refused.advice?.contains(state == "sending" ? "Wait" : "Cancel") == true)
            #expect(try desk.store.sendRow(send).state == state)
            guard state != "sending" else { return }
            try desk.store.cancelSend(send)
            try desk.store.removeSend(send)
            #expect(result { _ = try desk.store.sendRow(send) } == Int32(MR_E_NOT_FOUND))
        }

        @Test(arguments: [
            ("sent", "has been sent already", "cannot be taken back"), ("failed", "has failed already", "Resend"),
            ("outcome_unknown", "nobody knows", "Wait"),
        ])
        func whatHasEndedSaysSo(_ state: String, _ words: String, _ advice: String) throws {
            let desk = try Desk()
            let send = try desk.send()
            let attempt = try desk.store.beginAttempt(send, lease: desk.lease)
            try desk.store.finishAttempt(attempt, AttemptResult(newState: state), lease: desk.lease)
            let refused = try #require(failure { try desk.store.cancelSend(send) })
            #expect(refused.result == Int32(MR_E_INVALID) && refused.field == "send")
            #expect(refused.message.hasPrefix("send \(send) ") && refused.message.contains(words))
            #expect(refused.advice?.contains(advice) == true)
            guard state == "sent" else { return }
            let again = try #require(failure { try desk.store.resend(send, to: nil, acceptDuplicate: false) })
            #expect(again.result == Int32(MR_E_EXISTS))
            #expect(again.advice?.contains("(to)") == true)
        }

        @Test func aSecondPacingSaysWhatToDo() throws {
            let desk = try Desk()
            let first = try desk.store.putPacing(PacingRow(account: desk.account))
            let refused = try #require(failure { _ = try desk.store.putPacing(PacingRow(account: desk.account)) })
            #expect(refused.result == Int32(MR_E_EXISTS))
            #expect(refused.advice?.contains("Change pacing \(first)") == true)
        }

        /// A row that is counted up is about the latest send.
        @Test func theLogNamesTheSend() throws {
            let desk = try Desk()
            for send in [5, 6] as [Int64] {
                try desk.store.addLog(NewLog(account: desk.account, what: "send", message: "no", send: send))
            }
            try desk.store.addLog(NewLog(account: desk.account, what: "sync", message: "no"))
            let found = try desk.store.find("log", Record(["send": .int(6)]), after: nil, limit: 9).rows
            #expect(found.map { $0.int("count") } == [2])
            #expect(found.first?.int("send") == 6)
            let all = try desk.store.find("log", Record(), after: nil, limit: 9).rows
            #expect(all.map { $0.int("send") } == [6, nil])
        }
    }
}

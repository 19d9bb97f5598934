import Base
import CMailroom
import Testing

@testable import Store

extension StoreTests {
    @Suite struct SendVerbs {
        private func outcome(_ address: String, _ outcome: String) -> RecipientOutcome {
            RecipientOutcome(address: address, outcome: outcome, smtp: outcome == "accepted" ? 250 : 550)
        }

        @Test func aSendIsQueuedAndSent() throws {
            let desk = try Desk()
            let send = try desk.send(["bob@example.com", "eve@example.com"])
            #expect(try desk.store.dueSends(now: Clock.wall(), limit: 9, account: desk.account).map(\.id) == [send])
            #expect(try desk.store.dueSends(now: Clock.wall(), limit: 9, account: 77).isEmpty)
            #expect(try desk.store.accountStatus(desk.account).int("queued") == 1)
            let attempt = try desk.store.beginAttempt(send, lease: desk.lease)
            #expect(try desk.store.sendRow(send).state == "sending")
            #expect(try desk.store.sendRow(send).offered == false)
            #expect(try desk.store.dueSends(now: Clock.wall(), limit: 9, account: desk.account).isEmpty)
            #expect(result { _ = try desk.store.beginAttempt(send, lease: desk.lease) } == Int32(MR_E_BUSY))
            #expect(result { try desk.store.cancelSend(send) } == Int32(MR_E_BUSY))
            #expect(result { try desk.store.removeSend(send) } == Int32(MR_E_BUSY))
            #expect(result { try desk.store.resend(send, to: nil, acceptDuplicate: true) } == Int32(MR_E_BUSY))
            try desk.store.markOffered(attempt, lease: desk.lease)
            #expect(try desk.store.sendRow(send).offered)
            try desk.store.finishAttempt(
                attempt,
                AttemptResult(
                    newState: "sent",
                    recipients: [outcome("bob@example.com", "accepted"), outcome("eve@example.com", "accepted")]
                ), lease: desk.lease)
            let row = try desk.store.get("send", send)
            #expect(row.text("state") == "sent")
            #expect(row.int("accepted") == 2)
            #expect(row.int("sent_at") != nil)
            #expect(row.texts("to") == ["bob@example.com", "eve@example.com"])
            let attempts = try desk.store.find("attempt", Record(["send": .int(send)]), after: nil, limit: 9).rows
            #expect(attempts.map { $0.text("outcome") } == ["accepted"])
            #expect(
                result { try desk.store.finishAttempt(attempt, AttemptResult(newState: "failed"), lease: desk.lease) }
                    == Int32(MR_E_BUSY))
            #expect(result { try desk.store.markOffered(attempt, lease: desk.lease) } == Int32(MR_E_BUSY))
            #expect(result { try desk.store.cancelSend(send) } == Int32(MR_E_INVALID))
            #expect(result { try desk.store.resend(send, to: nil, acceptDuplicate: true) } == Int32(MR_E_EXISTS))
            try desk.store.removeSend(send)
            #expect(result { _ = try desk.store.sendRow(send) } == Int32(MR_E_NOT_FOUND))
        }

        /// The state that an attempt leads to, and what may be done from there.
        @Test(arguments: [
            ("failed", false, true), ("retry_wait", true, true), ("outcome_unknown", false, true),
            ("queued", true, true),
            ("sent", false, false),
        ])
        func whatMayFollow(_ state: String, _ cancels: Bool, _ resends: Bool) throws {
            for step in ["cancel", "resend"] {
                let desk = try Desk()
                let send = try desk.send()
                let attempt = try desk.store.beginAttempt(send, lease: desk.lease)
                var failure = Failure(MR_E_REFUSED, "refused")
                failure.failureClass = "bad_recipient"
                failure.smtp = 550
                failure.serverText = "550 no such user"
                try desk.store.finishAttempt(
                    attempt, AttemptResult(newState: state, failure: state == "sent" ? nil : failure, nextAttempt: 5),
                    lease: desk.lease)
                #expect(try desk.store.sendRow(send).state == state)
                if state == "failed" {
                    let row = try desk.store.get("send", send)
                    #expect(row.text("class") == "bad_recipient")
                    #expect(row.text("reason") == "refused")
                    #expect(row.text("server_text") == "550 no such user")
                    #expect(row.int("smtp") == 550)
                    #expect(try desk.store.accountStatus(desk.account).int("failed") == 1)
                }
                if step == "cancel" {
                    #expect((result { try desk.store.cancelSend(send) } == nil) == cancels)
                    if cancels { #expect(try desk.store.sendRow(send).state == "cancelled") }
                } else {
                    if state == "outcome_unknown" {
                        #expect(
                            result { try desk.store.resend(send, to: nil, acceptDuplicate: false) }
                                == Int32(MR_E_UNKNOWN_OUTCOME))
                        #expect(try desk.store.resendAll(Record()) == 0)
                    }
                    #expect((result { try desk.store.resend(send, to: nil, acceptDuplicate: true) } == nil) == resends)
                    if resends {
                        let row = try desk.store.sendRow(send)
                        #expect(row.state == "queued")
                        #expect(row.nextAttempt == nil)
                        #expect(row.recipients == ["bob@example.com"])
                    }
                }
            }
        }

        @Test func resendingGoesToThoseNotYetAccepted() throws {
            let desk = try Desk()
            let send = try desk.send(["a@x", "b@x", "c@x"])
            let attempt = try desk.store.beginAttempt(send, lease: desk.lease)
            try desk.store.finishAttempt(
                attempt,
                AttemptResult(
                    newState: "failed",
                    recipients: [outcome("a@x", "accepted"), outcome("b@x", "refused"), outcome("c@x", "deferred")],
                    failure: Failure(MR_E_REFUSED, "no")), lease: desk.lease)
            let row = try desk.store.get("send", send)
            #expect(row.int("accepted") == 1)
            #expect(row.int("refused") == 1)
            #expect(row.int("deferred") == 1)
            #expect(
                try desk.store.find("attempt", Record(["send": .int(send)]), after: nil, limit: 9).rows[0].text(
                    "outcome")
                    == "partial")
            #expect(try desk.store.resendAll(Record(["account": .int(desk.account)])) == 1)
            #expect(try desk.store.sendRow(send).recipients == ["b@x", "c@x"])
            try desk.store.resend(send, to: ["d@x", "a@x"], acceptDuplicate: false)
            #expect(try desk.store.sendRow(send).recipients == ["d@x"])
            // An accepted recipient stays accepted, whatever is said later.
            let second = try desk.store.beginAttempt(send, lease: desk.lease)
            try desk.store.finishAttempt(
                second,
                AttemptResult(newState: "failed", recipients: [outcome("a@x", "refused"), outcome("d@x", "accepted")]),
                lease: desk.lease)
            #expect(try desk.store.sendRow(send).state == "sent")
            #expect(try desk.store.get("send", send).int("attempts") == 2)
            #expect(result { try desk.store.resend(send, to: [], acceptDuplicate: false) } == Int32(MR_E_INVALID))
            #expect(result { _ = try desk.store.resendAll(Record(["state": .text("x")])) } == Int32(MR_E_INVALID))
        }

        @Test func theSameKeyIsTheSameSend() throws {
            let desk = try Desk()
            let first = try desk.send(key: "k", digest: [1])
            #expect(try desk.send(key: "k", digest: [1]) == first)
            #expect(result { _ = try desk.send(key: "k", digest: [2]) } == Int32(MR_E_EXISTS))
            #expect(try desk.send(digest: [1]) != first)
            #expect(result { _ = try desk.send([]) } == Int32(MR_E_INVALID))
            try desk.store.cancelSend(first)
            #expect(try desk.send(key: "k", digest: [1]) == first)
            try desk.store.removeSend(first)
            #expect(try desk.send(key: "k", digest: [2]) != first)
        }

        @Test func timesAreWaitedFor() throws {
            let desk = try Desk()
            let now = Clock.wall()
            var later = NewSend(
                account: desk.account, body: try desk.body("x"), from: "a@x", recipients: ["b@x"], subject: "",
                messageID: "m", size: 1)
            later.sendAt = now + 60_000
            let id = try desk.store.insertSend(later).id
            #expect(try desk.store.dueSends(now: now, limit: 9, account: desk.account).isEmpty)
            #expect(try desk.store.dueSends(now: now + 60_000, limit: 9, account: desk.account).map(\.id) == [id])
            let attempt = try desk.store.beginAttempt(id, lease: desk.lease)
            try desk.store.finishAttempt(
                attempt, AttemptResult(newState: "retry_wait", temporary: true, nextAttempt: now + 90_000),
                lease: desk.lease)
            #expect(try desk.store.dueSends(now: now + 89_999, limit: 9, account: desk.account).isEmpty)
            #expect(try desk.store.dueSends(now: now + 90_000, limit: 9, account: desk.account).count == 1)
        }

        @Test(
            arguments: [
                ("enabled", nil, nil, true), ("error", "connection", nil, true), ("error", "auth", nil, false),
                ("error", "auth", 1, true), ("pending", nil, nil, false), ("connection_issue", "auth", 1, false),
                ("error", "suspended", nil, false), ("disconnected", nil, nil, false),
            ] as [(String, String?, Int64?, Bool)])
        func mailIsHeldWhileTheAccountCannotSend(
            _ state: String, _ failureClass: String?, _ next: Int64?, _ due: Bool
        ) throws {
            let desk = try Desk()
            let send = try desk.send()
            var health = Health()
            health.state = state
            health.failureClass = failureClass
            health.nextAttempt = next
            health.reason = state == "enabled" ? nil : "because"
            try desk.store.setHealth(desk.account, health, lease: desk.lease)
            #expect(try desk.store.dueSends(now: Clock.wall(), limit: 9, account: desk.account).isEmpty == !due)
            #expect(try desk.store.sendingAccounts(now: Clock.wall()) == (due ? [desk.account: 0] : [:]))
            let held = state != "enabled" && !(state == "error" && failureClass == "connection")
            #expect((try desk.store.get("send", send)["held_reason"] == nil) == !held)
            #expect((try desk.store.accountStatus(desk.account)["held_reason"] == nil) == !held)
        }

        @Test(arguments: [(false, "queued", "interrupted"), (true, "outcome_unknown", "unknown")])
        func whatADeadProcessWasSending(_ offered: Bool, _ state: String, _ outcome: String) throws {
            let desk = try Desk()
            let send = try desk.send()
            let attempt = try desk.store.beginAttempt(send, lease: desk.lease)
            if offered { try desk.store.markOffered(attempt, lease: desk.lease) }
            let other = try openAside(desk.scratch.store)
            #expect(try other.interruptedSends().isEmpty)
            desk.store.run.close()
            #expect(try other.interruptedSends().map(\.id) == [send])
            let lease = try #require(try other.acquireLease(desk.account))
            #expect(try other.interruptedSends().map(\.id) == [send], "who took the lease over is to settle it")
            try other.settleInterrupted(of: desk.account, lease: lease)
            #expect(try other.sendRow(send).state == state)
            #expect(
                try other.find("attempt", Record(["send": .int(send)]), after: nil, limit: 9).rows[0].text("outcome")
                    == outcome)
            #expect(try other.interruptedSends().isEmpty)
            try other.settleInterrupted(of: desk.account, lease: lease)
            #expect(
                result { try desk.store.finishAttempt(attempt, AttemptResult(newState: "sent"), lease: desk.lease) }
                    == Int32(MR_E_BUSY))
        }

        @Test func theContentOfAFailedSendIsKept() throws {
            let desk = try Desk()
            let send = try desk.send()
            let body = try #require(try desk.store.sendRow(send).body)
            #expect(try desk.store.bodySize(body) > 0)
            #expect(
                result {
                    _ = try desk.store.insertSend(
                        NewSend(
                            account: desk.account, body: 999, from: "a", recipients: ["b"], subject: "", messageID: "",
                            size: 1))
                } == Int32(MR_E_NOT_FOUND))
            #expect(
                result {
                    _ = try desk.store.insertSend(
                        NewSend(
                            account: 999, body: body, from: "a", recipients: ["b"], subject: "", messageID: "", size: 1)
                    )
                } == Int32(MR_E_NOT_FOUND))
        }
    }
}

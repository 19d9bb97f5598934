import Base
import CMailroom
import Testing

@testable import Store

extension StoreTests {
    /// Recipients who were refused for good, and whom it has reached before: what a later attempt is to them.
    @Suite struct RefusedForGood {
        private static func outcomes(_ outcomes: KeyValuePairs<String, String>) -> [RecipientOutcome] {
            outcomes.map {
                RecipientOutcome(
                    address: $0, outcome: $1, failureClass: $1 == "refused" ? "bad_recipient" : nil,
                    smtp: ["accepted": 250, "refused": 550, "deferred": 450][$1], serverText: $1)
            }
        }

        private static func attempt(
            _ desk: Desk, _ send: Int64, _ state: String, _ recipients: KeyValuePairs<String, String> = [:],
            outcome: String? = nil
        ) throws {
            let attempt = try desk.store.beginAttempt(send, lease: desk.lease)
            let answered = outcomes(recipients)
            try desk.store.markOffered(
                attempt, answered: answered.filter { $0.outcome != "accepted" }, lease: desk.lease)
            var result = AttemptResult(newState: state, outcome: outcome, recipients: answered)
            if state != "sent" { result.failure = Failure(MR_E_REFUSED, "no") }
            result.failure?.failureClass = "bad_recipient"
            try desk.store.finishAttempt(attempt, result, lease: desk.lease)
        }

        private static func states(_ desk: Desk, _ send: Int64) throws -> [String] {
            try desk.store.find("recipient", Record(["send": .int(send)]), after: nil, limit: 9).rows
                .map { $0.text("state") ?? "" }
        }

        @Test func aRetryDoesNotGoToThem() throws {
            let desk = try Desk()
            let send = try desk.send(["a@x", "b@x", "c@x"])
            try Self.attempt(desk, send, "retry_wait", ["a@x": "accepted", "b@x": "refused", "c@x": "deferred"])
            let waiting = try desk.store.sendRow(send)
            #expect(waiting.recipients == ["c@x"])
            #expect(waiting.refused.map(\.address) == ["b@x"] && waiting.refused.first?.smtp == 550)
            #expect(waiting.wasAccepted)
            #expect(
                try desk.store.dueSends(now: .max / 2, limit: 9, account: desk.account).map(\.recipients) == [1])
            try Self.attempt(desk, send, "failed", ["c@x": "accepted"], outcome: "accepted")
            #expect(try Self.states(desk, send) == ["accepted", "refused", "accepted"])
            let row = try desk.store.get("send", send)
            #expect(row.text("state") == "failed" && row.text("class") == "bad_recipient")
            let attempts = try desk.store.find("attempt", Record(["send": .int(send)]), after: nil, limit: 9).rows
            #expect(attempts.map { $0.text("outcome") } == ["partial", "accepted"])
            #expect(attempts.map { $0.text("class") } == ["bad_recipient", nil], "nothing was refused in the second")
            let spent = try desk.store.room(
                .account(desk.account), [SendingLimit(.recipients, .day, 100)], now: Clock.wall())
            #expect(spent.used[0].used == 2)
            #expect(try desk.store.resendAll(Record()) == 1)
            #expect(try desk.store.sendRow(send).recipients == ["b@x"], "a person may think better of it")
        }

        /// Nothing waits for a retry that would go to nobody.
        @Test(arguments: ["retry_wait", "queued"])
        func whereNobodyIsLeftItHasFailed(_ state: String) throws {
            let desk = try Desk()
            let send = try desk.send(["a@x", "b@x"])
            try Self.attempt(desk, send, state, ["a@x": "refused", "b@x": "refused"])
            #expect(try desk.store.sendRow(send).state == "failed")
            #expect(try desk.store.get("send", send).int("next_attempt") == nil)
            #expect(try desk.store.resendAll(Record()) == 1)
            #expect(try desk.store.sendRow(send).recipients == ["a@x", "b@x"])
        }

        /// It arrived, came back, and was sent again with an outcome that nobody knows. Its copy in Sent, its first echo and the
        /// first bounce tell of the attempt before.
        @Test func whatTheFirstAttemptLeftProvesNothingOfTheSecond() throws {
            let desk = try Desk()
            let send = try desk.send(["a@x"])
            try Self.attempt(desk, send, "sent", ["a@x": "accepted"])
            try desk.commit([.message(mail(1, id: "s1@example.com"))])
            var report = IncomingReport(kind: "bounce", originals: ["s1@example.com"])
            report.recipients = [
                ReportedRecipient(addresses: ["a@x"], action: "failed", failure: Failure(MR_E_REFUSED, ""))
            ]
            var bounce = mail(2)
            bounce.summary.report = report
            bounce.internalDate = Clock.wall()
            try desk.commit([.message(bounce)])
            #expect(try desk.store.sendRow(send).state == "bounced")
            try desk.store.resend(send, to: nil, acceptDuplicate: false)
            #expect(try desk.store.sendRow(send).recipients == ["a@x"])
            let attempt = try desk.store.beginAttempt(send, lease: desk.lease)
            try desk.store.markOffered(attempt, lease: desk.lease)
            try desk.store.finishAttempt(
                attempt, AttemptResult(newState: "outcome_unknown", failure: Failure(MR_E_UNKNOWN_OUTCOME, "lost")),
                lease: desk.lease)
            #expect(try desk.store.sendRow(send).state == "outcome_unknown")
            try desk.commit([.message(mail(3, id: "s1@example.com"))])
            #expect(try desk.store.sendRow(send).state == "outcome_unknown", "a copy of the first")
            bounce = mail(4)
            bounce.summary.report = report
            bounce.internalDate = Clock.wall() - 3_600_000
            try desk.commit([.message(bounce)])
            #expect(try desk.store.sendRow(send).state == "outcome_unknown", "a report from before")
            bounce = mail(5)
            bounce.summary.report = report
            bounce.internalDate = Clock.wall()
            try desk.commit([.message(bounce)])
            #expect(try desk.store.sendRow(send).state == "bounced", "a report of this attempt")
        }
    }
}

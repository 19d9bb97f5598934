import Base
import CMailroom
import Testing

@testable import Store

extension StoreTests {
    /// What comes in about what was sent.
    @Suite struct Reports {
        private func why(_ failureClass: String = "bad_recipient", _ words: String = "550 5.1.1 unknown") -> Failure {
            var failure = Failure(MR_E_REFUSED, "the mail came back")
            failure.failureClass = failureClass
            failure.cause = "send.\(failureClass)"
            failure.advice = "Correct it"
            failure.smtp = 550
            failure.enhanced = "5.1.1"
            failure.serverText = words
            return failure
        }

        private func told(_ action: String, _ addresses: String...) -> ReportedRecipient {
            ReportedRecipient(
                addresses: addresses, action: action, failure: action == "failed" || action == "delayed" ? why() : nil,
                remote: "mx.far.example")
        }

        private func send(_ desk: Desk, _ to: [String], id: String, subject: String = "Hi") throws -> Int64 {
            try desk.store.insertSend(
                NewSend(
                    account: desk.account, body: try desk.body("mail \(id) to \(to)"), from: "ann@example.com",
                    recipients: to, subject: subject, messageID: id, size: 10)
            ).id
        }

        /// Queues and offers it; `state` is what became of it.
        private func sent(
            _ desk: Desk, _ to: [String], id: String = "one@example.com", subject: String = "Hi",
            state: String = "sent",
            refused: [String] = []
        ) throws -> Int64 {
            let send = try send(desk, to, id: id, subject: subject)
            let attempt = try desk.store.beginAttempt(send, lease: desk.lease)
            try desk.store.markOffered(attempt, lease: desk.lease)
            if state == "sending" { return send }
            try finish(desk, attempt, to, state, refused)
            return send
        }

        private func finish(
            _ desk: Desk, _ attempt: Int64, _ to: [String], _ state: String, _ refused: [String] = []
        ) throws {
            let outcomes = to.map {
                RecipientOutcome(address: $0, outcome: refused.contains($0) ? "refused" : "accepted", smtp: 250)
            }
            try desk.store.finishAttempt(
                attempt,
                AttemptResult(
                    newState: state, recipients: state == "outcome_unknown" ? [] : outcomes,
                    failure: state == "sent" ? nil : why(state)), lease: desk.lease)
        }

        private func report(
            _ number: Int, _ kind: String, _ originals: [String], _ recipients: [ReportedRecipient],
            subject: String? = nil, at: Int64? = nil
        ) -> SyncItem {
            var message = mail(number, from: "mailer-daemon@far.example")
            message.internalDate = at ?? Clock.wall()
            message.summary.report = IncomingReport(
                kind: kind, originals: originals, subject: subject, recipients: recipients)
            return .message(message)
        }

        private func recipients(_ desk: Desk, _ send: Int64) throws -> [Record] {
            try desk.store.find("recipient", Record(["send": .int(send)]), after: nil, limit: 99).rows
        }

        @Test func aBounceMarksTheSendAndItsRecipient() throws {
            let desk = try Desk()
            let send = try sent(desk, ["bob@far.example", "eve@far.example"])
            let before = try desk.store.latestChange()
            try desk.commit([report(1, "bounce", ["one@example.com"], [told("failed", "BOB@far.example")])])
            let row = try desk.store.get("send", send)
            #expect(row.text("state") == "bounced")
            #expect(row.int("bounced") == 1)
            #expect(row.int("accepted") == 1)
            #expect(row.int("bounced_at") != nil)
            #expect(row.text("class") == "bad_recipient")
            #expect(row.text("cause") == "send.bad_recipient")
            #expect(row.text("advice") == "Correct it")
            #expect(row.text("reason") == "the mail to bob@far.example came back")
            #expect(row.text("server_text") == "550 5.1.1 unknown")
            #expect(row.int("sent_at") != nil)
            let bob = try recipients(desk, send)[0]
            #expect(bob.text("state") == "bounced")
            #expect(bob.text("report") == "failed")
            #expect(bob.text("remote") == "mx.far.example")
            #expect(bob.text("advice") == "Correct it")
            #expect(try recipients(desk, send)[1].text("state") == "accepted")
            let message = try desk.messages()[0]
            #expect(message.text("report") == "bounce")
            #expect(message.int("send") == send)
            #expect(try desk.messages(["send": .int(send)]).count == 1)
            let log = try desk.store.find("log", Record(["account": .int(desk.account)]), after: nil, limit: 99).rows
            #expect(log.map { $0.text("what") } == ["bounce"])
            let changes = try desk.store.changes(after: before, query: Record(), limit: 99).map {
                "\($0.text("kind") ?? "") \($0.text("detail") ?? "")"
            }
            #expect(changes.contains("send bounced"))
            // The same report once more, in another folder of another account, changes nothing.
            let other = try desk.second()
            try other.commit([report(1, "bounce", ["one@example.com"], [told("failed", "eve@far.example")])])
            #expect(try desk.store.get("send", send).int("bounced") == 1)
            // Resend goes to whom it did not reach.
            try desk.store.resend(send, to: nil, acceptDuplicate: false)
            #expect(try desk.store.sendRow(send).recipients == ["bob@far.example"])
            let again = try recipients(desk, send)[0]
            #expect(again.text("state") == "waiting" && again.text("report") == nil && again.text("advice") == nil)
            #expect(try desk.store.get("send", send).int("bounced_at") == nil)
            let attempt = try desk.store.beginAttempt(send, lease: desk.lease)
            try finish(desk, attempt, ["bob@far.example"], "sent")
            #expect(try desk.store.sendRow(send).state == "sent")
        }

        struct Case: Sendable, CustomTestStringConvertible {
            let name: String
            var state = "sent"
            var refused: [String] = []
            var kind = "bounce"
            let reported: [(String, [String])]
            let becomes: String
            let bob: String
            let eve: String
            var testDescription: String { name }
        }

        static let bob = ["bob@far.example"]
        static let cases: [Case] = [
            Case(
                name: "a delay changes no state", kind: "delay", reported: [("delayed", bob)], becomes: "sent",
                bob: "accepted", eve: "accepted"),
            Case(
                name: "delivered", kind: "receipt", reported: [("delivered", bob)], becomes: "sent", bob: "accepted",
                eve: "accepted"),
            Case(
                name: "both", reported: [("failed", bob), ("failed", ["eve@far.example"])], becomes: "bounced",
                bob: "bounced", eve: "bounced"),
            Case(
                name: "by the address that it was forwarded to",
                reported: [("failed", ["bob@far.example", "in@side.example"])], becomes: "bounced", bob: "bounced",
                eve: "accepted"),
            Case(
                name: "of somebody whom nobody wrote to", reported: [("failed", ["who@far.example"])], becomes: "sent",
                bob: "accepted", eve: "accepted"),
            Case(
                name: "of nobody by name", reported: [("failed", [])], becomes: "sent", bob: "accepted", eve: "accepted"
            ),
            Case(
                name: "partly refused before", state: "failed", refused: bob,
                reported: [("failed", ["eve@far.example"])], becomes: "failed", bob: "refused", eve: "bounced"),
            Case(
                name: "what was refused at once cannot come back", state: "failed", refused: bob,
                reported: [("failed", bob)], becomes: "failed", bob: "refused", eve: "accepted"),
            Case(
                name: "an unknown outcome is settled", state: "outcome_unknown", reported: [("failed", bob)],
                becomes: "bounced", bob: "bounced", eve: "accepted"),
            Case(
                name: "also by a delay", state: "outcome_unknown", kind: "delay", reported: [("delayed", bob)],
                becomes: "sent", bob: "accepted", eve: "accepted"),
            Case(
                name: "also by a machine that answers", state: "outcome_unknown", kind: "auto_reply", reported: [],
                becomes: "sent", bob: "accepted", eve: "accepted"),
            Case(
                name: "not by a complaint", state: "outcome_unknown", kind: "abuse", reported: [],
                becomes: "outcome_unknown", bob: "waiting", eve: "waiting"),
            Case(
                name: "a complaint is no bounce", kind: "abuse", reported: [], becomes: "sent", bob: "accepted",
                eve: "accepted"),
        ]

        @Test(arguments: cases)
        func whatBecomesOfIt(_ given: Case) throws {
            let desk = try Desk()
            let to = ["bob@far.example", "eve@far.example"]
            let send = try sent(desk, to, state: given.state, refused: given.refused)
            let told = given.reported.map { action, addresses in
                ReportedRecipient(addresses: addresses, action: action, failure: action == "failed" ? why() : nil)
            }
            try desk.commit([report(1, given.kind, ["one@example.com"], told)])
            #expect(try desk.store.sendRow(send).state == given.becomes)
            #expect(try recipients(desk, send).map { $0.text("state") } == [given.bob, given.eve])
            #expect(try desk.messages()[0].int("send") == send)
            #expect(try desk.messages()[0].text("report") == given.kind)
        }

        /// Newest first, as a first sync brings them: what is final stands, whatever comes later.
        @Test(arguments: [
            (["failed", "delayed"], "failed", "bounced"), (["delayed", "failed"], "failed", "bounced"),
            (["delivered", "delayed"], "delivered", "sent"), (["delayed", "delivered"], "delivered", "sent"),
            (["delivered", "failed"], "failed", "bounced"), (["failed", "delivered"], "failed", "bounced"),
        ])
        func theOrderDoesNotMatter(_ actions: [String], _ shown: String, _ state: String) throws {
            let desk = try Desk()
            let send = try sent(desk, ["bob@far.example"])
            for (number, action) in actions.enumerated() {
                try desk.commit([report(number, "bounce", ["one@example.com"], [told(action, "bob@far.example")])])
            }
            #expect(try recipients(desk, send)[0].text("report") == shown)
            #expect(try desk.store.sendRow(send).state == state)
        }

        /// The only recipient is meant, under whatever address, or none.
        @Test(arguments: [["inside@far.example"], []])
        func theOnlyRecipient(_ addresses: [String]) throws {
            let desk = try Desk()
            let send = try sent(desk, ["bob@far.example"])
            let told = ReportedRecipient(addresses: addresses, action: "failed", failure: why())
            try desk.commit([report(1, "bounce", ["one@example.com"], [told])])
            #expect(try desk.store.sendRow(send).state == "bounced")
        }

        /// A report that is faster than the end of the attempt.
        @Test(arguments: ["sent", "outcome_unknown"])
        func whileItIsBeingSent(_ end: String) throws {
            let desk = try Desk()
            let send = try sent(desk, ["bob@far.example", "eve@far.example"], state: "sending")
            try desk.commit([report(1, "bounce", ["one@example.com"], [told("failed", "bob@far.example")])])
            let row = try desk.store.sendRow(send)
            #expect(row.state == "sending")
            try finish(desk, try #require(row.attempt), ["bob@far.example", "eve@far.example"], end)
            let after = try desk.store.get("send", send)
            #expect(after.text("state") == "bounced")
            #expect(after.text("class") == "bad_recipient")
            #expect(after.text("server_text") == "550 5.1.1 unknown")
            #expect(try recipients(desk, send).map { $0.text("state") } == ["bounced", "accepted"])
        }

        /// A retry to those put off leaves the one alone whose mail came back.
        @Test func aRetryIsNotForThoseWhoBounced() throws {
            let desk = try Desk()
            let send = try send(desk, ["bob@far.example", "eve@far.example"], id: "one@example.com")
            let attempt = try desk.store.beginAttempt(send, lease: desk.lease)
            try desk.store.markOffered(attempt, lease: desk.lease)
            try desk.store.finishAttempt(
                attempt,
                AttemptResult(
                    newState: "retry_wait",
                    recipients: [
                        RecipientOutcome(address: "bob@far.example", outcome: "accepted"),
                        RecipientOutcome(address: "eve@far.example", outcome: "deferred"),
                    ], failure: why("outage"), temporary: true, nextAttempt: 5), lease: desk.lease)
            try desk.commit([report(1, "bounce", ["one@example.com"], [told("failed", "bob@far.example")])])
            let row = try desk.store.sendRow(send)
            #expect(row.state == "retry_wait")
            #expect(row.recipients == ["eve@far.example"])
            let second = try desk.store.beginAttempt(send, lease: desk.lease)
            try finish(desk, second, ["eve@far.example"], "sent")
            let after = try desk.store.get("send", send)
            #expect(after.text("state") == "bounced")
            #expect(after.text("reason") == "the mail to bob@far.example came back")
        }

        /// Without a Message-ID: by the recipient and the time, and never by guessing.
        @Test func byTheRecipientAlone() throws {
            let desk = try Desk()
            let bob = try sent(desk, ["bob@far.example"], id: "one@example.com", subject: "January")
            let eve = try sent(desk, ["eve@far.example"], id: "two@example.com")
            let day: Int64 = 86_400_000
            try desk.commit([
                report(1, "bounce", ["another@example.com"], [told("failed", "bob@far.example")]),
                report(2, "bounce", [], [told("failed", "bob@far.example")], subject: "February"),
                report(3, "bounce", [], [told("failed", "bob@far.example")], at: Clock.wall() + 8 * day),
                report(4, "bounce", [], [told("failed", "bob@far.example")], at: Clock.wall() - day),
                report(5, "bounce", [], [told("failed", "who@far.example")]),
            ])
            #expect(try desk.store.sendRow(bob).state == "sent")
            try desk.commit([report(6, "bounce", [], [told("failed", "Bob@far.example")], subject: "january")])
            #expect(try desk.store.sendRow(bob).state == "bounced")
            #expect(try desk.store.sendRow(eve).state == "sent")
            // Two of them, and nothing that tells which.
            _ = try sent(desk, ["eve@far.example"], id: "three@example.com")
            try desk.commit([report(7, "bounce", [], [told("failed", "eve@far.example")])])
            #expect(try desk.store.sendRow(eve).state == "sent")
            // Nor in the mailbox of another account.
            _ = try sent(desk, ["joe@far.example"], id: "four@example.com")
            try desk.second().commit([report(8, "bounce", [], [told("failed", "joe@far.example")])])
            #expect(try desk.messages(["report": .text("bounce"), "send.gt": .int(0)]).count == 1)
        }

        /// Callers may give two sends the same Message-ID.
        @Test func oneMessageIDForTwo() throws {
            let desk = try Desk()
            let bob = try sent(desk, ["bob@far.example"], id: "same@example.com")
            let eve = try sent(desk, ["eve@far.example"], id: "same@example.com")
            try desk.commit([
                report(1, "bounce", ["same@example.com"], [told("failed", "eve@far.example")]),
                report(2, "bounce", ["same@example.com"], [told("failed", "who@far.example")]),
            ])
            #expect(try desk.store.sendRow(bob).state == "sent")
            #expect(try desk.store.sendRow(eve).state == "bounced")
        }

        /// A report of the time before it was sent again says nothing of the second time.
        @Test func anOldReport() throws {
            let desk = try Desk()
            let send = try sent(desk, ["bob@far.example"])
            try desk.commit([report(1, "bounce", ["one@example.com"], [told("failed", "bob@far.example")])])
            try desk.store.resend(send, to: nil, acceptDuplicate: false)
            let attempt = try desk.store.beginAttempt(send, lease: desk.lease)
            try desk.store.markOffered(attempt, lease: desk.lease)
            try finish(desk, attempt, ["bob@far.example"], "sent")
            let hour: Int64 = 3_600_000
            try desk.commit([
                report(2, "bounce", ["one@example.com"], [told("failed", "bob@far.example")], at: Clock.wall() - hour)
            ])
            #expect(try desk.store.sendRow(send).state == "sent")
            try desk.commit([report(3, "bounce", ["one@example.com"], [told("failed", "bob@far.example")])])
            #expect(try desk.store.sendRow(send).state == "bounced")
        }

        /// Some systems give a bounce the Message-ID of what came back; it is no copy of that.
        @Test func aBounceUnderTheSameMessageID() throws {
            let desk = try Desk()
            let send = try sent(desk, ["bob@far.example"])
            var bounce = mail(1, id: "one@example.com", from: "mailer-daemon@far.example")
            bounce.internalDate = Clock.wall()
            bounce.summary.report = IncomingReport(
                kind: "bounce", originals: ["one@example.com"], recipients: [told("failed", "bob@far.example")])
            try desk.commit([.message(bounce)])
            let row = try desk.store.get("send", send)
            #expect(row.text("state") == "bounced")
            #expect(row.int("message") == nil)
        }

        /// What a program sends through here is known by its own copy, although that looks like an answer.
        @Test func anEchoThatLooksLikeAnAnswer() throws {
            let desk = try Desk()
            let send = try sent(desk, ["bob@far.example"], state: "outcome_unknown")
            var echo = mail(1, id: "one@example.com")
            echo.summary.report = IncomingReport(kind: "auto_reply", originals: ["theirs@far.example"])
            try desk.commit([.message(echo)])
            let row = try desk.store.get("send", send)
            #expect(row.text("state") == "sent")
            #expect(row.int("message") == (try desk.messages()[0].int("id")))
            #expect(try desk.messages()[0].int("send") == send)
        }

        /// The reason of the first try stays with it, whoever gets the mail now.
        @Test func theAttemptKeepsThatItsMailCameBack() throws {
            let desk = try Desk()
            let send = try sent(desk, ["bob@far.example"])
            try desk.commit([report(1, "bounce", ["one@example.com"], [told("failed", "bob@far.example")])])
            try desk.store.resend(send, to: ["eve@far.example"], acceptDuplicate: false)
            let attempt = try desk.store.beginAttempt(send, lease: desk.lease)
            try desk.store.markOffered(attempt, lease: desk.lease)
            try finish(desk, attempt, ["eve@far.example"], "sent")
            let tries = try desk.store.find("attempt", Record(["send": .int(send)]), after: nil, limit: 9).rows
            #expect(tries.map { $0.text("outcome") } == ["bounced", "accepted"])
            #expect(tries.map { $0.text("class") } == ["bad_recipient", nil])
            #expect(tries.map { $0.text("server_text") } == ["550 5.1.1 unknown", nil])
            #expect(tries[0].text("enhanced") == "5.1.1" && tries[0].int("smtp") == 550)
            let log = try desk.store.find("log", Record(["send": .int(send)]), after: nil, limit: 9).rows
            #expect(log.map { $0.text("what") } == ["bounce"])
        }

        /// What was never offered cannot come back; what was removed leaves the report alone.
        @Test func neverOfferedAndRemoved() throws {
            let desk = try Desk()
            let queued = try send(desk, ["bob@far.example"], id: "queued@example.com")
            let gone = try sent(desk, ["bob@far.example"])
            try desk.commit([
                report(1, "bounce", ["queued@example.com"], [told("failed", "bob@far.example")]),
                report(2, "bounce", ["one@example.com"], [told("failed", "bob@far.example")]),
            ])
            #expect(try desk.store.sendRow(queued).state == "queued")
            #expect(try desk.messages(["send": .int(gone)]).count == 1)
            try desk.store.removeSend(gone)
            #expect(try desk.messages(["send": .int(gone)]).isEmpty)
            #expect(try desk.messages(["report": .text("bounce")]).count == 2)
        }
    }
}

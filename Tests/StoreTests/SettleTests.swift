import Base
import CMailroom
import Testing

@testable import Store

extension StoreTests {
    /// Sends whose outcome was unknown, and what settles them.
    @Suite struct Settling {
        /// A send that was offered and of which nobody knows what became.
        static func unknown(_ desk: Desk, _ to: [String] = ["bob@example.com"], _ outcomes: [String] = []) throws
            -> Int64
        {
            let send = try desk.send(to)
            let attempt = try desk.store.beginAttempt(send, lease: desk.lease)
            try desk.store.markOffered(attempt, lease: desk.lease)
            var result = AttemptResult(newState: "outcome_unknown")
            result.recipients = zip(to, outcomes).map {
                RecipientOutcome(address: $0, outcome: $1, failureClass: "bad_recipient", smtp: 550, serverText: "no")
            }
            try desk.store.finishAttempt(attempt, result, lease: desk.lease)
            return send
        }

        static func state(_ desk: Desk, _ send: Int64) throws -> String? {
            try desk.store.get("send", send).text("state")
        }

        /// Who was refused before the final dot stays so.
        @Test(arguments: [
            ([], true, "sent", 2), (["refused"], true, "failed", 1), (["deferred"], true, "retry_wait", 1),
            (["deferred", "refused"], true, "retry_wait", 0), ([], false, "queued", 0),
        ])
        func itIsSettled(_ outcomes: [String], _ accepted: Bool, _ state: String, _ count: Int64) throws {
            let desk = try Desk()
            let send = try Settling.unknown(desk, ["bob@example.com", "eve@example.com"], outcomes)
            #expect(try Settling.state(desk, send) == "outcome_unknown")
            #expect(try desk.store.settleUnknown(send: send, accepted: accepted, by: .provider, lease: desk.lease))
            let row = try desk.store.get("send", send)
            #expect(row.text("state") == state)
            #expect(row.int("accepted") == count)
            #expect((row.int("sent_at") != nil) == accepted)
            #expect((row.text("reason") == nil) == (state == "sent" || state == "queued"))
            #expect(try desk.store.attendedSends(desk.account, now: .max, limit: 9).contains { $0.isUnknown } == false)
            let again = try desk.store.settleUnknown(send: send, accepted: true, by: .provider, lease: desk.lease)
            #expect(!again, "it is settled once")
            if state == "retry_wait" || state == "queued" {
                #expect(try desk.store.dueSends(now: Clock.wall(), limit: 9, account: desk.account).map(\.id) == [send])
            }
        }

        /// Looked for after 1, 5, 30 and 120 minutes, and then no more.
        @Test func itIsLookedForMoreAndMoreRarely() throws {
            let desk = try Desk()
            let send = try Settling.unknown(desk)
            var now = Clock.wall()
            for minutes: Int64 in [1, 5, 30, 120] {
                #expect(try desk.store.attendedAccounts(now: now + (minutes - 1) * 60_000).isEmpty)
                #expect(try desk.store.attendedAccounts(now: now + minutes * 60_000 + 5_000) == [desk.account])
                let found = try desk.store.attendedSends(desk.account, now: now + minutes * 60_000 + 5_000, limit: 9)
                #expect(found.map(\.id) == [send])
                #expect(found.first?.isUnknown == true)
                now = Clock.wall()
                try desk.store.notFound(send: send, lease: desk.lease)
            }
            #expect(try desk.store.attendedAccounts(now: .max).isEmpty)
            #expect(try Settling.state(desk, send) == "outcome_unknown")
        }

        /// The folder in which a message with the Message-ID comes, its flags, and what that makes of the send.
        @Test(arguments: [
            ("inbox", "", "sent"), ("sent", "\\Seen", "sent"), ("archive", "", "sent"), ("junk", "", "sent"),
            ("drafts", "", "outcome_unknown"), ("trash", "", "outcome_unknown"),
            ("inbox", "\\Draft", "outcome_unknown"),
        ])
        func anEchoSettlesIt(_ role: String, _ flags: String, _ state: String) throws {
            let desk = try Desk()
            let send = try Settling.unknown(desk)
            let folders = try desk.store.applyFolders(
                desk.account,
                [
                    Record(["path": .text("INBOX"), "role": .text("inbox")]),
                    Record(["path": .text("X"), "role": .text(role)]),
                ],
                lease: desk.lease)
            let folder = try #require(folders.last { $0.role == role }?.id)
            try desk.commit(
                [.message(mail(1, flags: flags.isEmpty ? [] : [flags], id: "s1@example.com"))], folder: folder)
            let row = try desk.store.get("send", send)
            #expect(row.text("state") == state)
            #expect((row.int("message") != nil) == (state == "sent"))
            guard state == "sent" else { return }
            #expect(row.text("sent_copy") == (role == "sent" ? "server" : "wanted"))
            #expect(try desk.store.copyHabit(of: desk.account) == (role == "sent" ? true : nil))
            #expect(try desk.messages().first?.int("send") == send)
        }

        /// Two sends with one Message-ID: nobody knows which one has come.
        @Test func nobodyGuessesBetweenTwo() throws {
            let desk = try Desk()
            let first = try Settling.unknown(desk)
            let second = try Settling.unknown(desk)
            try desk.commit([.message(mail(1, id: "s1@example.com"))])
            #expect(try Settling.state(desk, first) == "outcome_unknown")
            #expect(try Settling.state(desk, second) == "outcome_unknown")
        }

        /// Somebody had accepted it before: an echo may be of that time.
        @Test func anEchoOfAnEarlierAttemptSettlesNothing() throws {
            let desk = try Desk()
            let send = try desk.send(["bob@example.com", "eve@example.com"])
            var attempt = try desk.store.beginAttempt(send, lease: desk.lease)
            try desk.store.markOffered(attempt, lease: desk.lease)
            try desk.store.finishAttempt(
                attempt,
                AttemptResult(
                    newState: "retry_wait",
                    recipients: [
                        RecipientOutcome(address: "bob@example.com", outcome: "accepted"),
                        RecipientOutcome(address: "eve@example.com", outcome: "deferred"),
                    ], nextAttempt: 0), lease: desk.lease)
            attempt = try desk.store.beginAttempt(send, lease: desk.lease)
            try desk.store.markOffered(attempt, lease: desk.lease)
            try desk.store.finishAttempt(attempt, AttemptResult(newState: "outcome_unknown"), lease: desk.lease)
            try desk.commit([.message(mail(1, id: "s2@example.com"))])
            #expect(try Settling.state(desk, send) == "outcome_unknown")
            #expect(try desk.store.get("send", send).int("message") != nil, "it is the send's message all the same")
        }

        /// The echo is here before the attempt has ended.
        @Test func anEchoMayBeFaster() throws {
            let desk = try Desk()
            let send = try desk.send()
            let attempt = try desk.store.beginAttempt(send, lease: desk.lease)
            try desk.store.markOffered(attempt, lease: desk.lease)
            try desk.commit([.message(mail(1, id: "s1@example.com"))])
            #expect(try Settling.state(desk, send) == "sending")
            try desk.store.finishAttempt(attempt, AttemptResult(newState: "outcome_unknown"), lease: desk.lease)
            #expect(try Settling.state(desk, send) == "sent")
        }

        /// Only where the account says so, once nobody looks any more, and not for ever.
        @Test func aDuplicateMayBeAccepted() throws {
            let desk = try Desk()
            let send = try Settling.unknown(desk)
            try desk.store.resendUnknown()
            #expect(try Settling.state(desk, send) == "outcome_unknown")
            try desk.store.updateAccount(
                desk.account, values: AccountChanges(), settings: ["accept_duplicate": "1"], secrets: [:])
            try desk.store.resendUnknown()
            #expect(try Settling.state(desk, send) == "outcome_unknown", "it is still looked for")
            for attempt: Int64 in 1...3 {
                try desk.store.stopAttending([send], lease: desk.lease)
                try desk.store.resendUnknown()
                #expect(try Settling.state(desk, send) == (attempt < 3 ? "queued" : "outcome_unknown"))
                guard attempt < 3 else { return }
                let next = try desk.store.beginAttempt(send, lease: desk.lease)
                try desk.store.markOffered(next, lease: desk.lease)
                try desk.store.finishAttempt(next, AttemptResult(newState: "outcome_unknown"), lease: desk.lease)
            }
        }

        /// What is not offered yet cannot have come back: somebody has used the Message-ID before.
        @Test func aMessageOfBeforeIsNoEcho() throws {
            let desk = try Desk()
            let send = try desk.send()
            try desk.commit([.message(mail(1, id: "s1@example.com"))])
            #expect(try desk.store.get("send", send).int("message") == nil)
        }
    }
}

import Base
import CMailroom
import Testing

@testable import Store

extension StoreTests {
    /// Copies of sent messages in Sent.
    @Suite struct Copies {
        /// A desk with a Sent folder, and a message that was sent.
        struct Here {
            let desk: Desk
            let sent: Int64
            let send: Int64
            var store: Store { desk.store }

            init(_ copy: SentCopy = .wanted(afterMs: 0), state: String = "sent") throws {
                desk = try Desk()
                sent = try #require(
                    try desk.store.applyFolders(
                        desk.account,
                        [("INBOX", "inbox"), ("Sent", "sent"), ("Trash", "trash")].map {
                            Record(["path": .text($0.0), "role": .text($0.1)])
                        }, lease: desk.lease
                    ).first { $0.role == "sent" }?.id)
                for folder in [desk.inbox, sent] { try desk.commit([], cursor: "c", complete: true, folder: folder) }
                send = try desk.send()
                let attempt = try desk.store.beginAttempt(send, lease: desk.lease)
                try desk.store.markOffered(attempt, lease: desk.lease)
                var result = AttemptResult(newState: state)
                result.copy = copy
                try desk.store.finishAttempt(attempt, result, lease: desk.lease)
            }

            /// The message number 1, with the Message-ID of the send.
            var copy: IncomingMessage { mail(1, flags: ["\\Seen"], id: "s1@example.com") }

            func wish() throws {
                try store.wishCopies(
                    [NewAppend(account: desk.account, folder: sent, message: copy, send: send)], lease: desk.lease)
            }

            func shown() throws -> String? { try store.get("send", send).text("sent_copy") }
            func open() throws -> [Int64] { try store.openWishes(desk.account, now: Clock.wall(), limit: 9).map(\.id) }
            func attended() throws -> [Int64] {
                try store.attendedSends(desk.account, now: Clock.wall(), limit: 9).map(\.id)
            }
            func places() throws -> Int {
                try store.find("place", Record(["folder": .int(sent)]), after: nil, limit: 9).rows.count
            }
        }

        @Test(arguments: [
            (SentCopy.none, "sent", nil as String?, false), (.server, "sent", "server", false),
            (.wanted(afterMs: 0), "sent", "wanted", true), (.wanted(afterMs: 60_000), "sent", "wanted", false),
            (.wanted(afterMs: 0), "failed", nil, false), (.server, "retry_wait", nil, false),
        ])
        func itIsWantedOnceSomebodyHasAccepted(
            _ copy: SentCopy, _ state: String, _ shown: String?, _ attended: Bool
        ) throws {
            let here = try Here(copy, state: state)
            #expect(try here.shown() == shown)
            #expect(try here.attended() == (attended ? [here.send] : []))
            #expect(try here.store.attendedAccounts(now: Clock.wall()) == (attended ? [here.desk.account] : []))
        }

        @Test func itIsPutThereAndLinked() throws {
            let here = try Here()
            try here.wish()
            #expect(try here.shown() == "wished")
            #expect(try here.attended().isEmpty)
            try here.wish()
            #expect(try here.open().count == 1, "it is wished once")
            let message = try #require(try here.store.get("send", here.send).int("message"))
            #expect(try here.store.get("message", message).int("send") == here.send)
            #expect(try here.store.get("message", message).int("seen") == 1)
            let wish = try #require(try here.open().first)
            let row = try #require(try here.store.beginWish(wish, lease: here.desk.lease))
            #expect(row.send == here.send)
            #expect(!row.begun)
            var found = WishFindings()
            found.placed = "31"
            try here.store.finishWish(wish, found, lease: here.desk.lease)
            #expect(try here.shown() == "done")
            #expect(try here.store.copyHabit(of: here.desk.account) == nil)
            // The next sync sees it where it is.
            var again = here.copy
            again.ref = "31"
            try here.desk.commit([.message(again)], folder: here.sent)
            #expect(try here.places() == 1)
            #expect(try here.store.copyHabit(of: here.desk.account) == nil)
            // The server has begun to keep its own: seen twice.
            again.ref = "32"
            try here.desk.commit([.message(again)], folder: here.sent)
            #expect(try here.store.copyHabit(of: here.desk.account) == true)
            #expect(try here.shown() == "done")
            // Nothing points to what is gone.
            try here.store.removeSend(here.send)
            #expect(try here.store.get("message", message).int("send") == nil)
        }

        @Test func theServerIsFaster() throws {
            let here = try Here()
            try here.wish()
            try here.desk.commit([.message(here.copy)], folder: here.sent)
            #expect(try here.shown() == "server")
            #expect(try here.open().isEmpty, "nothing is put there any more")
            #expect(try here.places() == 1)
            #expect(try here.store.copyHabit(of: here.desk.account) == true)
        }

        @Test func theServerTakesItWithoutSayingWhere() throws {
            let here = try Here()
            try here.wish()
            let wish = try #require(try here.open().first)
            _ = try here.store.beginWish(wish, lease: here.desk.lease)
            try here.desk.commit([.message(here.copy)], folder: here.sent)
            #expect(try here.shown() == "done")
            #expect(try here.store.copyHabit(of: here.desk.account) == nil)
        }

        @Test func itWasThereAlready() throws {
            let here = try Here()
            try here.desk.commit([.message(mail(1, id: "other@example.com"))], folder: here.sent)
            try here.wish()
            #expect(try here.shown() == "done")
            #expect(try here.open().isEmpty)
        }

        @Test func theServerRefusesIt() throws {
            let here = try Here()
            try here.wish()
            let wish = try #require(try here.open().first)
            _ = try here.store.beginWish(wish, lease: here.desk.lease)
            try here.store.loseWish(wish, Failure(MR_E_REFUSED, "no room"), lease: here.desk.lease)
            #expect(try here.shown() == "lost")
            #expect(try here.places() == 0)
        }

        @Test func theUserWantsNone() throws {
            let here = try Here()
            try here.wish()
            let message = try #require(try here.store.get("send", here.send).int("message"))
            var removal = NewWish(.message(message))
            removal.removal = .forever
            _ = try here.store.wish(removal)
            #expect(try here.shown() == nil)
            #expect(try here.open().isEmpty)
        }

        @Test(arguments: [nil, "server", "lost"])
        func itIsNotToBePutThere(_ state: String?) throws {
            let here = try Here()
            try here.store.setCopies([here.send], state, account: here.desk.account, lease: here.desk.lease)
            #expect(try here.shown() == state)
            #expect(try here.attended().isEmpty)
        }

        @Test func aHabitIsBelievedForThirtyDays() throws {
            let here = try Here()
            for server in [true, false] {
                try here.store.noteCopyHabit(server: server, of: here.desk.account, lease: here.desk.lease)
                #expect(try here.store.copyHabit(of: here.desk.account) == server)
            }
            let expired = Array("server \(Clock.wall() - 1)".utf8)
            try here.store.statePut(account: here.desk.account, key: Transaction.copyHabit, expired)
            #expect(try here.store.copyHabit(of: here.desk.account) == nil)
            try here.store.noteCopyHabit(server: true, of: here.desk.account, lease: here.desk.lease)
            try here.store.forgetCopyHabit(of: here.desk.account)
            #expect(try here.store.copyHabit(of: here.desk.account) == nil)
        }

        /// However many sends there are, those of which nothing is left to do cost nothing.
        @Test func lookingAfterSendsReadsAnIndex() throws {
            let here = try Here()
            let plan = try here.store.read { (db) throws(Failure) in
                try db.all(
                    """
                    EXPLAIN QUERY PLAN SELECT id FROM send s
                    WHERE s.account = 1 AND s.check_at <= 5 ORDER BY s.check_at, s.id
                    """
                ) { (row) throws(Failure) in row.text(3) }
            }
            #expect(plan.count == 1 && plan[0].contains("INDEX send_check (account=? AND check_at<?)"), "\(plan)")
        }
    }
}

import Base
import CSystem
import Glibc
import Testing

@testable import Store

extension StoreTests {
    /// What a long queue costs those who look at it, in steps of SQLite's machine: nothing that is asked at every turn grows
    /// with what waits.
    @Suite struct LongQueueVerbs {
        /// Counts the steps of the reading connection. One thread reads here: so it is always the same one.
        private func steps(_ store: Store, _ work: () throws -> Void) throws -> Int64 {
            let counter = UnsafeMutablePointer<Int64>.allocate(capacity: 1)
            counter.initialize(to: 0)
            defer { counter.deallocate() }
            func watch(_ callback: (@convention(c) (UnsafeMutableRawPointer?) -> Int32)?) throws {
                try store.read { (db) throws(Failure) in sqlite3_progress_handler(db.handle, 1, callback, counter) }
            }
            try watch { context in
                context?.assumingMemoryBound(to: Int64.self).pointee += 1
                return 0
            }
            try work()
            try watch(nil)
            return counter.pointee
        }

        private func queue(_ store: Store, _ account: Int64, _ count: Int, low: Bool) throws {
            let author = BatchAuthor(account: account, sender: "ann@example.com", name: nil)
            let batch = try store.beginBatch(
                NewBatch(template: Record(), authors: [author]))
            var start = 0
            while start < count {
                let sends = (start..<min(start + 500, count)).map { number in
                    var send = NewSend(
                        account: account, body: nil, from: "ann@example.com", recipients: ["b\(number)@example.com"],
                        subject: "Hi", messageID: "n\(number)@example.com", size: 10)
                    send.priority = low ? -1 : 0
                    send.template = Record(["to": .text("b\(number)@example.com")])
                    return send
                }
                try store.addToBatch(batch.id, sends)
                start += 500
            }
            try store.openBatch(batch.id)
        }

        private static let asked: [(name: String, ask: @Sendable (Store, Int64) throws -> Void)] = [
            ("sendingAccounts", { store, _ in _ = try store.sendingAccounts(now: Clock.wall()) }),
            ("dueSends", { store, id in _ = try store.dueSends(now: Clock.wall(), limit: 20, account: id) }),
            ("waitingLow", { store, id in _ = try store.waitingLow(id, now: Clock.wall(), atMost: 101) }),
            ("interruptedSends", { store, _ in _ = try store.interruptedSends() }),
            ("heldUntil", { store, id in _ = try store.heldUntil(id) }),
            ("attendedAccounts", { store, _ in _ = try store.attendedAccounts(now: Clock.wall()) }),
            ("a page", { store, _ in _ = try store.find("send", Record(), after: nil, limit: 50) }),
            (
                "a late page",
                { store, _ in _ = try store.find("send", Record(["after": .int(350)]), after: nil, limit: 50) }
            ),
            (
                "a page by state",
                { store, _ in
                    _ = try store.find("send", Record(["state": .text("queued")]), after: nil, limit: 50)
                }
            ),
            (
                "a page of an account",
                { store, id in
                    _ = try store.find(
                        "send", Record(["account": .int(id), "state": .text("queued")]), after: nil, limit: 50)
                }
            ),
        ]

        @Test func nothingThatIsAskedAtEveryTurnGrowsWithIt() throws {
            let desk = try Desk()
            try queue(desk.store, desk.account, 200, low: false)
            try queue(desk.store, desk.account, 200, low: true)
            let short = try Self.asked.map { asked in
                try steps(desk.store) { try asked.ask(desk.store, desk.account) }
            }
            let stateOfShort = try steps(desk.store) { _ = try desk.store.queueState(desk.account) }
            try queue(desk.store, desk.account, 4_000, low: false)
            try queue(desk.store, desk.account, 4_000, low: true)
            for (asked, before) in zip(Self.asked, short) {
                let after = try steps(desk.store) { try asked.ask(desk.store, desk.account) }
                #expect(before > 0 && after <= before + before / 4, "\(asked.name): \(before), then \(after)")
            }
            let plain = try steps(desk.store) {
                _ = try desk.store.find("send", Record(), after: nil, limit: 50)
            }
            let ofBatch = try steps(desk.store) {
                _ = try desk.store.find("send", Record(["batch": .int(3)]), after: nil, limit: 50)
            }
            #expect(ofBatch < plain * 2, "a page of a batch: \(ofBatch), of all: \(plain)")
            // The counts that a status shows are made from an index: some steps a row.
            let after = try steps(desk.store) { _ = try desk.store.queueState(desk.account) }
            #expect(stateOfShort > 400 && after < 8_400 * 12, "\(stateOfShort), then \(after)")
        }

        @Test func aBatchInTheMakingWakesNobody() throws {
            let desk = try Desk()
            let bell = try desk.store.openBell()
            let author = BatchAuthor(account: desk.account, sender: "ann@example.com", name: nil)
            let batch = try desk.store.beginBatch(
                NewBatch(template: Record(), authors: [author]))
            bell.drain()
            var send = NewSend(
                account: desk.account, body: nil, from: "ann@example.com", recipients: ["b@example.com"], subject: "Hi",
                messageID: "n@example.com", size: 10)
            send.template = Record(["to": .text("b@example.com")])
            try desk.store.addToBatch(batch.id, [send])
            #expect(!hasRung(bell))
            #expect(try desk.store.sendingAccounts(now: Clock.wall()).isEmpty)
            try desk.store.openBatch(batch.id)
            #expect(hasRung(bell))
            #expect(try desk.store.sendingAccounts(now: Clock.wall()) == [desk.account: 0])
        }

        private func hasRung(_ bell: Bell) -> Bool {
            var watched = pollfd(fd: bell.fd, events: Int16(POLLIN), revents: 0)
            return poll(&watched, 1, 0) > 0
        }
    }
}

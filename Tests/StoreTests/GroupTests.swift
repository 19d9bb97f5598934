import Base
import CMailroom
import Glibc
import Synchronization
import Testing

@testable import Store

extension StoreTests {
    /// Durable verbs of several threads in one transaction.
    @Suite struct GroupVerbs {
        private static func put(_ account: Int64, _ transaction: Transaction, _ name: String) throws(Failure) {
            try transaction.db.run(
                "INSERT INTO state(account, key, value) VALUES(?, ?, x'00')", account, name)
        }

        private static func there(_ store: Store, _ account: Int64) throws(Failure) -> [String] {
            try store.read { (db) throws(Failure) in
                try db.all("SELECT key FROM state WHERE account = ? AND key LIKE 'g%' ORDER BY key", account) {
                    (row) throws(Failure) in row.text(0)
                }
            }
        }

        /// Runs a durable verb in which each of `others` comes to wait for its turn behind the first.
        private static func together(_ desk: Desk, _ others: [@Sendable () -> Void]) throws {
            let (store, account) = (desk.store, desk.account)
            store.gate.longestMs = 10_000
            var threads: [PosixThread] = []
            defer { for thread in threads { thread.join() } }
            try store.write { (transaction) throws(Failure) in
                try GroupVerbs.put(account, transaction, "g0")
                for other in others {
                    let before = store.gate.waiting
                    threads.append(try PosixThread.start("other", other))
                    while store.gate.waiting == before { usleep(200) }
                }
            }
        }

        @Test func whoFailsTakesNothingOfTheOthersAlong() throws {
            let desk = try Desk()
            let (store, account) = (desk.store, desk.account)
            let bell = try store.openBell()
            let seen = Lock<[Int: [String]]>([:])
            let failed = Lock<[Int: Int32]>([:])
            let others = (1...6).map { number in
                { @Sendable in
                    do throws(Failure) {
                        try store.write { (transaction) throws(Failure) in
                            try GroupVerbs.put(account, transaction, "g\(number)")
                            let stored = try GroupVerbs.there(store, account)
                            seen.withLock { $0[number] = stored }
                            transaction.change("account", Int64(number), account: nil, "changed")
                            if number % 3 == 0 { throw Failure(MR_E_EXISTS, "no") }
                        }
                    } catch {
                        failed.withLock { $0[number] = error.result }
                    }
                }
            }
            try GroupVerbs.together(desk, others)
            #expect(try GroupVerbs.there(store, account) == ["g0", "g1", "g2", "g4", "g5"])
            #expect(failed.withLock { $0 } == [3: Int32(MR_E_EXISTS), 6: Int32(MR_E_EXISTS)])
            // None was committed before the last of them had done its work, and none was told so.
            #expect(seen.withLock { $0 } == Dictionary(uniqueKeysWithValues: (1...6).map { ($0, []) }))
            var byte = [UInt8](repeating: 0, count: 16)
            #expect(read(bell.fd, &byte, 16) == 1)
            let changes = try store.changes(after: 0, query: Record(["kind": .text("account")]), limit: 100)
            #expect(changes.filter { $0.int("account") == nil }.compactMap { $0.int("id") } == [1, 2, 4, 5])
            #expect(Set(changes.compactMap { $0.int("number") }).count == changes.count)
        }

        @Test func whatIsLostAsAWholeFailsForAll() throws {
            let desk = try Desk()
            let (store, account) = (desk.store, desk.account)
            let failed = Lock<[Int: Int32]>([:])
            let others = (1...2).map { number in
                { @Sendable in
                    do throws(Failure) {
                        try store.write { (transaction) throws(Failure) in
                            try GroupVerbs.put(account, transaction, "g\(number)")
                            // As SQLite does by itself where the disk is full.
                            if number == 2 {
                                transaction.db.rollback()
                                throw Failure(MR_E_STORE, "the disk is full")
                            }
                        }
                    } catch {
                        failed.withLock { $0[number] = error.result }
                    }
                }
            }
            #expect(result { try GroupVerbs.together(desk, others) } == Int32(MR_E_STORE))
            #expect(failed.withLock { $0 } == [1: Int32(MR_E_STORE), 2: Int32(MR_E_STORE)])
            #expect(try GroupVerbs.there(store, account) == [])
            try GroupVerbs.together(desk, [])
            #expect(try GroupVerbs.there(store, account) == ["g0"])
        }

        @Test func whatIsNotDurableIsATransactionOfItsOwn() throws {
            let desk = try Desk()
            let store = desk.store
            let level = Lock<[Int64?]>([])
            let started = Atomic<Bool>(false)
            let thread = try PosixThread.start("normal") {
                while !started.load(ordering: .acquiring) { usleep(100) }
                _ = try? store.write(.normal) { (transaction) throws(Failure) in
                    let found = try transaction.db.int("PRAGMA synchronous")
                    level.withLock { $0.append(found) }
                }
            }
            let other: @Sendable () -> Void = {
                _ = try? store.write { (transaction) throws(Failure) in
                    started.store(true, ordering: .releasing)
                    let found = try transaction.db.int("PRAGMA synchronous")
                    level.withLock { $0.append(found) }
                    usleep(20_000)
                }
            }
            try GroupVerbs.together(desk, [other, other, other])
            thread.join()
            let levels = level.withLock { $0 }
            #expect(levels.count == 4)
            #expect(levels.filter { $0 == 2 }.count == 3)
            #expect(levels.filter { $0 == 1 }.count == 1)
        }

        /// Four threads that never stop writing in groups, and one that wants transactions of its own.
        @Test func neitherKindKeepsTheOtherOut() throws {
            let desk = try Desk()
            let store = desk.store
            let isOver = Atomic<Bool>(false)
            let durable = Atomic<Int>(0)
            let threads = try (0..<4).map { number in
                try PosixThread.start("durable") {
                    while !isOver.load(ordering: .relaxed) {
                        try? store.write { (transaction) throws(Failure) in
                            try transaction.db.run("DELETE FROM state WHERE key = ?", "d\(number)")
                        }
                        durable.add(1, ordering: .relaxed)
                    }
                }
            }
            while durable.load(ordering: .relaxed) < 8 { usleep(100) }
            let before = durable.load(ordering: .relaxed)
            var own = 0
            while own < 20_000, own < 50 || durable.load(ordering: .relaxed) < before + 50 {
                try store.write(.normal) { (transaction) throws(Failure) in
                    try transaction.db.run("DELETE FROM state WHERE key = 'own'")
                }
                own += 1
            }
            let meanwhile = durable.load(ordering: .relaxed) - before
            isOver.store(true, ordering: .relaxed)
            for thread in threads { thread.join() }
            #expect(meanwhile >= 50, "kept out by \(own) transactions")
            // One group, of at most 64 verbs, between two of the others.
            #expect(meanwhile <= (own + 1) * 68, "\(meanwhile) beside \(own)")
        }

        @Test func manyThreadsLoseAndDoubleNothing() throws {
            let desk = try Desk()
            let (store, account) = (desk.store, desk.account)
            let body = try desk.body("mail")
            let made = Lock<[Int64]>([])
            let threads = try (0..<8).map { thread in
                try PosixThread.start("queue") {
                    for number in 0..<50 {
                        let send = NewSend(
                            account: account, body: body, from: "ann@example.com",
                            recipients: ["t\(thread)n\(number)@example.com"], subject: "Hi", messageID: "s@example.com",
                            size: 10)
                        guard let id = try? store.insertSend(send).id else { continue }
                        made.withLock { $0.append(id) }
                    }
                }
            }
            for thread in threads { thread.join() }
            #expect(Set(made.withLock { $0 }) == Set(1...400))
            #expect(try store.accountStatus(desk.account).int("queued") == 400)
            let added = try store.changes(after: 0, query: Record(["kind": .text("send")]), limit: 1000)
            #expect(added.compactMap { $0.int("id") }.sorted() == Array(1...400))
        }
    }
}

import Base
import CMailroom
import Glibc
import Testing

@testable import Store

extension StoreTests {
    @Suite struct ChangeVerbs {
        @Test func everyChangeHasItsNumberAndNoneIsMissed() throws {
            let desk = try Desk()
            let start = try desk.store.latestChange()
            #expect(try desk.store.changes(after: start, query: Record(), limit: 10).isEmpty)
            try desk.commit((1...20).map { .message(mail($0, historical: $0 > 3)) })
            try desk.commit([.flags(ref: "4", flags: ["\\Seen"]), .gone(ref: "5")])
            try desk.sweep()
            var found: [Record] = []
            while true {
                let page = try desk.store.changes(after: found.last?.int("number") ?? start, query: Record(), limit: 7)
                if page.isEmpty { break }
                found += page
            }
            #expect(found.count == 23)
            #expect(found.map { $0.int("number") } == (1...23).map { start + $0 })
            #expect(found[0].text("detail") == "new")
            #expect(found[3].text("detail") == "historical")
            #expect(found[20].text("what") == "changed")
            #expect(found[20].text("detail") == "flags")
            #expect(found[21].text("what") == "changed")
            #expect(found[21].text("detail") == "place")
            #expect(found[22].text("what") == "removed")
            let ids = Set(found[..<20].compactMap { $0.int("id") })
            #expect(ids.count == 20)
            #expect(ids.isSuperset(of: try desk.messages().compactMap { $0.int("id") }))
            #expect(
                found.allSatisfy {
                    $0.int("account") == desk.account && $0.text("kind") == "message" && $0.int("at") != nil
                })
            #expect(try desk.store.latestChange() == start + 23)
            // From the middle of a run.
            #expect(
                try desk.store.changes(after: start + 10, query: Record(), limit: 2).map { $0.int("number") } == [
                    start + 11, start + 12,
                ])
            #expect(
                try desk.store.changes(
                    after: 0, query: Record(["kind": .text("account"), "what": .text("added")]), limit: 10
                )
                .count == 1)
            #expect(
                result { _ = try desk.store.changes(after: 0, query: Record(["detail": .text("x")]), limit: 1) }
                    == Int32(MR_E_INVALID))
        }

        @Test func afterARestartTheRestOfTheBlockIsSkipped() throws {
            let scratch = try Scratch()
            let first = try openAside(scratch.store)
            let account = try first.insertAccount(ann(), job: NewJob(kind: "connect")).account
            let before = try first.latestChange()
            first.close()
            // The power went: numbers after the last that is on the disk may have been handed out all the same.
            let second = try openAside(scratch.store, boot: "boot-2")
            let lease = try #require(try second.acquireLease(account))
            let inbox = try second.applyFolders(account, [Record(["path": .text("INBOX")])], lease: lease)[0].id
            var batch = SyncBatch(account: account, folder: inbox)
            batch.items = [.message(mail(1))]
            try second.commit(batch, lease: lease)
            let numbers = try second.changes(after: before, query: Record(), limit: 10).compactMap { $0.int("number") }
            #expect(try #require(numbers.first) > before + Transaction.Counters.block - 10)
            #expect(numbers == numbers.sorted())
            #expect(numbers.count == 2)
            // A process that still runs under the same boot goes on without a gap.
            let third = try openAside(scratch.store, boot: "boot-2")
            try third.addLog(NewLog(what: "x", message: "y"))
            #expect(try third.latestChange() == numbers[1] + 1)
        }

        @Test func aBatchLargerThanTheBlockReservesFirst() throws {
            let desk = try Desk()
            try desk.store.write { (transaction) throws(Failure) in
                try transaction.db.run("UPDATE counter SET reserved_change = next_change + 3 WHERE id = 1")
            }
            let before = try desk.store.latestChange()
            try desk.commit((1...10).map { .message(mail($0)) })
            #expect(try desk.store.changes(after: before, query: Record(), limit: 100).count == 10)
            #expect(try desk.messages().count == 10)
            let reserved = try desk.store.read { (db) throws(Failure) in
                try db.int("SELECT reserved_change FROM counter")
            }
            #expect(try #require(reserved) > before + 10)
        }

        @Test func theBellRingsInEveryProcess() throws {
            let desk = try Desk()
            let other = try openAside(desk.scratch.store)
            let bells = [try desk.store.openBell(), try other.openBell()]
            func rung(_ bell: Bell) -> Bool {
                var poll = pollfd(fd: bell.fd, events: Int16(POLLIN), revents: 0)
                return Glibc.poll(&poll, 1, 0) == 1 && poll.revents & Int16(POLLIN) != 0
            }
            let version = try other.dataVersion()
            #expect(bells.map(rung) == [false, false])
            try desk.commit([.message(mail(1))])
            #expect(bells.map(rung) == [true, true])
            #expect(try other.dataVersion() != version)
            for bell in bells { bell.drain() }
            #expect(bells.map(rung) == [false, false])
            // What changes nothing that the feed tells of rings nobody.
            try desk.store.workerBeat()
            #expect(bells.map(rung) == [false, false])
            // One whose listener died is removed.
            let left = desk.store.run.path + "/bell-1-dead"
            #expect(mkfifo(left, 0o600) == 0)
            bells[1].close()
            try desk.commit([.message(mail(2))])
            #expect(rung(bells[0]))
            #expect(access(left, F_OK) != 0)
        }

        @Test func setHealthTellsOfWhatDiffers() throws {
            let desk = try Desk()
            var health = try desk.store.account(desk.account).health
            let start = try desk.store.latestChange()
            health.lastAttempt = 5
            try desk.store.setHealth(desk.account, health, lease: desk.lease)
            #expect(try desk.store.latestChange() == start)
            health.state = "error"
            health.since = 77
            health.reason = "no"
            health.failureClass = "auth"
            try desk.store.setHealth(desk.account, health, lease: desk.lease)
            let changes = try desk.store.changes(after: start, query: Record(), limit: 10)
            #expect(changes.map { $0.text("detail") } == ["state"])
            #expect(try desk.store.account(desk.account).health == health)
            let status = try desk.store.accountStatus(desk.account)
            #expect(status.text("colour") == "red")
            #expect(status.int("since") == 77)
            #expect(status.int("billing_enabled") == 1)
        }
    }
}

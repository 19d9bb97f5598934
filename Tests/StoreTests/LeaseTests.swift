import Base
import CMailroom
import Testing

@testable import Store

extension StoreTests {
    @Suite struct ClockVerbs {
        @Test func oneProcessAtATimeHasTheLease() throws {
            let desk = try Desk()
            let other = try openAside(desk.scratch.store)
            #expect(try other.acquireLease(desk.account) == nil)
            #expect(try desk.store.acquireLease(desk.account) == nil)
            desk.store.releaseLease(desk.lease)
            let taken = try #require(try other.acquireLease(desk.account))
            #expect(taken.epoch == desk.lease.epoch + 1)
            #expect(result { try desk.commit([.message(mail(1))]) } == Int32(MR_E_BUSY))
            #expect(result { try desk.store.renewLease(desk.lease) } == Int32(MR_E_BUSY))
            #expect(result { _ = try desk.store.leaseRemainingMs(desk.lease) } == Int32(MR_E_BUSY))
            desk.store.releaseLease(desk.lease)
            #expect(try other.leaseRemainingMs(taken) > 59_000)
            #expect(try desk.messages().isEmpty)
            #expect(result { _ = try other.acquireLease(999) } == Int32(MR_E_NOT_FOUND))
        }

        @Test func aDeadProcessLosesItAtOnce() throws {
            let desk = try Desk()
            desk.store.run.close()
            let other = try openAside(desk.scratch.store)
            #expect(try other.acquireLease(desk.account) != nil)
        }

        @Test func aLeaseOfBeforeTheRestartIsFree() throws {
            let desk = try Desk()
            let other = try openAside(desk.scratch.store, boot: "boot-2")
            #expect(try other.acquireLease(desk.account) != nil)
        }

        @Test func aStoppedProcessIsWaitedForAndWritesNothingMore() throws {
            defer { Clock.set(shift: 0) }
            let desk = try Desk()
            let other = try openAside(desk.scratch.store)
            Clock.set(shift: 59_000)
            try desk.commit([.message(mail(1))])
            Clock.set(shift: 61_000)
            // Expired: the holder writes no more, but the write deadline has not passed.
            #expect(result { try desk.commit([.message(mail(2))]) } == Int32(MR_E_BUSY))
            #expect(try other.acquireLease(desk.account) == nil)
            Clock.set(shift: 69_000)
            #expect(try other.acquireLease(desk.account) == nil)
            Clock.set(shift: 71_000)
            let lease = try #require(try other.acquireLease(desk.account))
            Clock.set(shift: 0)
            #expect(result { try desk.commit([.message(mail(2))]) } == Int32(MR_E_BUSY))
            #expect(
                result {
                    try desk.store.setActivity(desk.account, activity: "syncing", done: 1, total: 2, lease: desk.lease)
                } == Int32(MR_E_BUSY))
            #expect(result { try desk.store.setHealth(desk.account, Health(), lease: desk.lease) } == Int32(MR_E_BUSY))
            let synced = FolderSynced(folder: desk.inbox, at: 1)
            #expect(result { try desk.store.setFoldersSynced([synced], lease: desk.lease) } == Int32(MR_E_BUSY))
            #expect(result { _ = try desk.store.applyFolders(desk.account, [], lease: desk.lease) } == Int32(MR_E_BUSY))
            try other.setFoldersSynced([synced], lease: lease)
            #expect(try desk.messages().count == 1)
        }

        @Test func renewingMovesTheExpiry() throws {
            defer { Clock.set(shift: 0) }
            let desk = try Desk()
            Clock.set(shift: 50_000)
            try desk.store.renewLease(desk.lease)
            Clock.set(shift: 100_000)
            #expect(try desk.store.leaseRemainingMs(desk.lease) > 5_000)
        }

        @Test func disconnectingMakesItVoidAndTheHolderCanStillGiveItBack() throws {
            let desk = try Desk()
            try desk.store.disconnectAccount(desk.account, erase: false)
            #expect(result { try desk.commit([.message(mail(1))]) } == Int32(MR_E_BUSY))
            let other = try openAside(desk.scratch.store)
            #expect(try other.acquireLease(desk.account) == nil)
            desk.store.releaseLease(desk.lease)
            #expect(try other.acquireLease(desk.account) != nil)
        }

        @Test func theDotWaitsForEnoughLease() throws {
            defer { Clock.set(shift: 0) }
            let desk = try Desk()
            let send = try desk.send()
            let attempt = try desk.store.beginAttempt(send, lease: desk.lease)
            Clock.set(shift: 55_000)
            try desk.store.markOffered(attempt, lease: desk.lease)
            #expect(try desk.store.leaseRemainingMs(desk.lease) > 59_000)
            Clock.set(shift: 120_000)
            #expect(result { try desk.store.markOffered(attempt, lease: desk.lease) } == Int32(MR_E_BUSY))
            #expect(
                result { try desk.store.finishAttempt(attempt, AttemptResult(newState: "sent"), lease: desk.lease) }
                    == Int32(MR_E_BUSY))
            #expect(try desk.store.sendRow(send).state == "sending")
        }

        @Test func theLogCountsWhatRepeats() throws {
            defer { Clock.set(shift: 0) }
            let desk = try Desk()
            var row = NewLog(account: desk.account, what: "sync", message: "first")
            row.cause = "auth.refused"
            row.serverText = "535 no"
            try desk.store.addLog(row)
            Clock.set(shift: 5_000)
            row.message = "again"
            try desk.store.addLog(row)
            row.serverText = "535 never"
            try desk.store.addLog(row)
            var general = NewLog(what: "sync", message: "first")
            general.cause = "auth.refused"
            general.serverText = "535 no"
            try desk.store.addLog(general)
            try desk.store.addLog(general)
            let rows = try desk.store.find("log", Record(), after: nil, limit: 10).rows
            #expect(rows.map { $0.int("count") } == [2, 1, 2])
            #expect(rows[0].text("message") == "again")
            #expect(try #require(rows[0].int("at")) - (try #require(rows[0].int("first_at"))) >= 5_000)
            #expect(rows[2].int("account") == nil)
            #expect(
                try desk.store.find("log", Record(["account": .int(desk.account)]), after: nil, limit: 9).rows.count
                    == 2)
        }

        @Test func theWorkersBeatIsSeen() throws {
            let desk = try Desk()
            #expect(try desk.store.workerSeenAt() == nil)
            #expect(try desk.store.accountStatus(desk.account).int("worker_seen_at") == nil)
            try desk.store.workerBeat()
            let seen = try #require(try desk.store.workerSeenAt())
            #expect(abs(seen - Clock.wall()) < 5_000)
            #expect(try desk.store.accountStatus(desk.account).int("worker_seen_at") == seen)
        }

        @Test func anActivityThatStandsStillIsShownAsStalled() throws {
            defer { Clock.set(shift: 0) }
            let desk = try Desk()
            try desk.store.setActivity(desk.account, activity: "first_sync", done: 10, total: 100, lease: desk.lease)
            var status = try desk.store.accountStatus(desk.account)
            #expect(status.text("activity") == "first_sync")
            #expect(status.int("done") == 10)
            #expect(status.int("total") == 100)
            #expect(status.int("stalled_since") == nil)
            Clock.set(shift: 120_000)
            status = try desk.store.accountStatus(desk.account)
            #expect(status.int("stalled_since") != nil)
        }

        @Test func changesAreKeptForThirtyDays() throws {
            defer { Clock.set(shift: 0) }
            let desk = try Desk()
            try desk.commit([.message(mail(1))])
            let early = try desk.store.latestChange()
            Clock.set(shift: 31 * 86_400_000)
            try desk.store.addLog(NewLog(what: "x", message: "y"))
            do {
                _ = try desk.store.changes(after: 1, query: Record(), limit: 10)
                Issue.record("stale numbers were read")
            } catch {
                #expect(error.result == Int32(MR_E_STALE))
                #expect(error.code == "oldest=\(early) latest=\(early + 1)")
            }
            #expect(try desk.store.changes(after: early, query: Record(), limit: 10).map { $0.text("kind") } == ["log"])
        }

        @Test func aSealedBodyThatNobodyHoldsGoesAfterADay() throws {
            defer { Clock.set(shift: 0) }
            let desk = try Desk()
            let id = try desk.body("attachment")
            try openAside(desk.scratch.store).close()
            #expect(try desk.store.bodySize(id) == 10)
            Clock.set(shift: 25 * 3_600_000)
            try openAside(desk.scratch.store).close()
            #expect(result { _ = try desk.store.bodySize(id) } == Int32(MR_E_NOT_FOUND))
        }

        @Test func whatNobodyTookGoesHoweverMuchIsYoung() throws {
            let desk = try Desk()
            defer { Clock.set(shift: 0) }
            Clock.set(shift: -2 * 86_400_000)
            let held = try desk.send()
            Clock.set(shift: 0)
            // More young ones in front of it than one sweep looks at.
            for number in 0..<1_001 { _ = try desk.body("young \(number)") }
            Clock.set(shift: -2 * 86_400_000)
            let old = try desk.body("old")
            Clock.set(shift: 0)
            try desk.store.sweepOrphans()
            #expect(result { _ = try desk.store.bodySize(old) } == Int32(MR_E_NOT_FOUND))
            #expect(try desk.store.bodySize(try #require(try desk.store.sendRow(held).body)) > 0)
        }
    }
}

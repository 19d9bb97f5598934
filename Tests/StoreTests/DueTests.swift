import Base
import CMailroom
import Testing

@testable import Store

extension StoreTests {
    @Suite struct DueVerbs {
        /// An account with this health; next_sync and next_attempt as given.
        private func account(
            _ desk: Desk, _ name: String, _ state: String, sync: String, next: Int64? = nil, attempt: Int64? = nil,
            receives: Bool = true
        ) throws -> Int64 {
            var values = ann()
            values.address = name
            values.receives = receives
            let id = try desk.store.insertAccount(values, job: NewJob(kind: "connect")).account
            var health = Health()
            health.state = state
            health.syncHealth = sync
            health.nextAttempt = attempt
            try desk.store.setHealth(id, health, lease: nil)
            try desk.store.setSchedule(id, lastSync: nil, nextSync: next, lease: nil)
            return id
        }

        @Test func whoseTurnItIs() throws {
            let desk = try Desk()  // its own account is not connected yet
            #expect(try desk.store.nextDueAt() == nil)
            let never = try account(desk, "never", "enabled", sync: "ok")
            let soon = try account(desk, "soon", "enabled", sync: "ok", next: 50)
            let late = try account(desk, "late", "enabled", sync: "failing", next: 500)
            let failing = try account(desk, "failing", "error", sync: "failing", next: 1, attempt: 60)
            let sending = try account(desk, "sending", "error", sync: "ok", next: 40, attempt: 999)
            _ = try account(desk, "asked", "connection_issue", sync: "failing", next: 1, attempt: 1)
            _ = try account(desk, "off", "disconnected", sync: "none", next: 1)
            _ = try account(desk, "sender", "enabled", sync: "ok", next: 1, receives: false)
            _ = try account(desk, "fresh", "enabled", sync: "none", next: 1)
            let table: [(Int64, Int, Set<Int64>, [Int64])] = [
                (0, 9, [], [never]), (49, 9, [], [never, sending]), (50, 9, [], [never, sending, soon]),
                (60, 9, [], [never, sending, soon, failing]), (999, 9, [], [never, sending, soon, failing, late]),
                (999, 2, [], [never, sending]), (999, 2, [never, soon], [sending, failing]), (999, 0, [], []),
            ]
            for (now, limit, except, due) in table {
                #expect(try desk.store.dueAccounts(now: now, limit: limit, except: except) == due, "at \(now)")
            }
            #expect(try desk.store.nextDueAt() == 0)
            try desk.store.setSchedule(never, lastSync: nil, nextSync: 700, lease: nil)
            #expect(try desk.store.nextDueAt() == 40)
        }

        @Test func settingsMakeItDueAtOnce() throws {
            let desk = try Desk()
            let id = try account(desk, "one", "enabled", sync: "ok", next: 1_000)
            let lease = try #require(try desk.store.acquireLease(id))
            let folder = try desk.store.applyFolders(id, [listed("INBOX")], lease: lease)[0].id
            try desk.store.setFolderSynced(
                folder, at: 1, status: nil, statusUntil: nil, nextSync: .max, lease: lease)
            #expect(try desk.store.dueAccounts(now: 5, limit: 9).isEmpty)
            #expect(try desk.store.get("folder", folder).int("next_sync") == nil)
            var changes = FolderChanges()
            changes.mode = .some("interval")
            try desk.store.updateFolder(folder, changes)
            #expect(try desk.store.dueAccounts(now: 5, limit: 9) == [id])
            #expect(try desk.store.folder(folder).nextSync == nil)
        }

        // MARK: jobs of processes that were stopped

        @Test func aStoppedProcessLosesItsJobWithItsLease() throws {
            defer { Clock.set(shift: 0) }
            let desk = try Desk()
            let other = try openAside(desk.scratch.store)
            let repeated = try desk.store.insertJob(NewJob(kind: "sync", account: desk.account))
            let once = try desk.store.insertJob(NewJob(kind: "call", account: desk.account, onDeath: .fail))
            let free = try desk.store.insertJob(NewJob(kind: "tidy"))
            for job in [repeated, once, free] { #expect(try desk.store.claimJob(job) != nil) }
            func mine() throws -> Set<Int64> {
                Set(try other.nextJobs(limit: 99).map(\.id)).intersection([repeated, once, free])
            }
            #expect(try mine().isEmpty)
            Clock.set(shift: 65_000)  // expired; the write deadline has not passed
            #expect(try mine().isEmpty)
            #expect(try other.claimJob(repeated) == nil)
            Clock.set(shift: 71_000)
            #expect(try mine() == [repeated, once])
            #expect(try other.isFree(try other.job(repeated)))
            #expect(try other.claimJob(repeated)?.claims == 2)
            #expect(try other.claimJob(once) == nil)
            #expect(try other.job(once).state == "failed")
            // It wakes up, and finds its claim lost.
            for work in [
                { try desk.store.finishJob(repeated, claim: 1, .success(Record()), cancelled: false) },
                { try desk.store.jobProgress(repeated, claim: 1, done: 1, total: nil, note: nil) },
                { try desk.store.finishJob(once, claim: 1, .success(Record()), cancelled: false) },
            ] { #expect(result(work) == Int32(MR_E_BUSY)) }
            try desk.store.releaseJob(repeated, claim: 1)
            #expect(try other.job(repeated).state == "running")
            try other.finishJob(repeated, claim: 2, .success(Record()), cancelled: false)
            try desk.store.finishJob(free, claim: 1, .success(Record()), cancelled: false)
        }

        @Test func whoTakesTheLeaseSettlesTheJobs() throws {
            defer { Clock.set(shift: 0) }
            let desk = try Desk()
            let other = try openAside(desk.scratch.store)
            let job = try desk.store.insertJob(NewJob(kind: "sync", account: desk.account))
            #expect(try desk.store.claimJob(job) != nil)
            Clock.set(shift: 71_000)
            #expect(try other.acquireLease(desk.account) != nil)
            #expect(try other.job(job).state == "queued")
            // The process that was stopped may take it anew: its old claim is still lost.
            let again = try #require(try desk.store.claimJob(job))
            #expect(again.claims == 2)
            #expect(
                result { try desk.store.finishJob(job, claim: 1, .success(Record()), cancelled: false) }
                    == Int32(MR_E_BUSY))
            try desk.store.finishJob(job, claim: 2, .success(Record()), cancelled: false)
        }

        @Test func aJobThatWaitsForALeaseIsNotTaken() throws {
            defer { Clock.set(shift: 0) }
            let desk = try Desk()
            let other = try openAside(desk.scratch.store)
            let job = try desk.store.insertJob(NewJob(kind: "sync", account: desk.account))
            #expect(try other.claimJob(job) != nil)
            #expect(try !desk.store.isFree(try desk.store.job(job)))
            desk.store.releaseLease(desk.lease)
            #expect(try desk.store.claimJob(job) == nil)
        }

        @Test func aLostLeaseSaysSo() throws {
            let desk = try Desk()
            desk.store.releaseLease(desk.lease)
            do {
                try desk.store.renewLease(desk.lease)
                Issue.record("it was renewed")
            } catch {
                #expect(error.result == Int32(MR_E_BUSY))
                #expect(error.isLeaseLost)
                #expect(error.code == "lease_lost")
            }
            #expect(!sqliteFailure(5, nil).isLeaseLost)
            #expect(sqliteFailure(5, nil).result == Int32(MR_E_BUSY))
            // Neither says anything of the account; a plugin that answers the same does.
            #expect(sqliteFailure(5, nil).isOfTheStore && sqliteFailure(13, nil).isOfTheStore)
            #expect(!Failure(MR_E_BUSY, "the maildrop is locked").isOfTheStore)
        }
    }
}

import Base
import Store

/// Syncing: as a job that somebody asked for, as a turn of the schedule, and where a server tells of news.
extension JobRunner {
    func sync(_ id: Int64, _ job: JobRow, _ interruption: Interruption) throws(Failure) -> Record {
        try withLease(id) { (account, lease) throws(Failure) in
            var pace = ProgressPace()
            let result = try syncAccount(
                account, interruption, lease, only: job.params.text("folder").map { [$0] }, all: true,
                walk: job.params.int("walk") == 1
            ) { done, total, note in
                guard pace.isDue else { return }
                try? core.store.jobProgress(job.id, claim: job.claims, done: done, total: total, note: note)
            }
            // What is not indexed now is so later: the mail is there.
            if core.schedule == nil { try? TextIndex(core: core).run(TextIndex.afterSync, interruption) }
            return result
        }
    }

    /// One round with what it means for the account's health and its next time.
    /// - Parameters:
    ///   - only: these folders alone, by their paths; nil: the account.
    ///   - all: all its folders, and not only those whose time has come.
    ///   - walk: counters are not believed.
    /// - Returns: what `SyncWork.run` does.
    func syncAccount(
        _ account: AccountRow, _ interruption: Interruption, _ lease: Lease, only: [String]? = nil,
        all: Bool = false, walk: Bool = false,
        report: @escaping (_ done: Int64, _ total: Int64?, _ note: String) -> Void = { _, _, _ in }
    ) throws(Failure) -> Record {
        guard account.receives else { throw .unsupported("\(account.address) only sends: there is nothing to sync") }
        let scope: SyncScope = if let only { .only(only) } else if all { .all } else { .due }
        var mayGoOn = account.usesTokens
        while true {
            do throws(Failure) {
                let work = SyncWork(
                    core: core, account: account, interruption: interruption, lease: lease, scope: scope,
                    pace: try core.pace(account), walk: walk, report: report)
                let result = try work.run()
                try ended(work)
                return result
            } catch {
                // Some servers end the session with its token: with the next one it goes on from the last commit.
                if mayGoOn, core.hasTokenRunOut(account, error) {
                    mayGoOn = false
                    continue
                }
                throw try failed(account, interruption, lease, only, error)
            }
        }
    }

    private func failed(
        _ account: AccountRow, _ interruption: Interruption, _ lease: Lease, _ only: [String]?, _ error: Failure
    ) throws(Failure) -> Failure {
        // A folder that was asked for, and is not there or refused, says nothing of the account.
        if only != nil, error.field == "folder" || FolderFailure(error.result) == .folder {
            try? core.store.setActivity(account.id, activity: "idle", done: 0, total: nil, lease: lease)
            return error.explained()
        }
        let failure = try AccountFailure(core: core, account: account, lease: lease, interruption: interruption)
            .record(error.understood(), .receive, what: "sync")
        try? core.store.setActivity(account.id, activity: "waiting", done: 0, total: nil, lease: lease)
        return failure
    }

    private func ended(_ work: SyncWork) throws(Failure) {
        let (store, account, now) = (core.store, work.account, Clock.wall())
        let folders = try store.folders(account.id)
        let before = try store.account(account.id).health
        var health = HealthRules.succeeded(before, [.receive], now: now)
        health.lastSuccess = Freshness(folders).inStepSince ?? before.lastSuccess
        let stale = Freshness(folders).staleSince(work.pace, beginning: account.createdAt, now: now)
        health.staleSince = stale
        health.staleCause = stale.map { _ in Staleness.notLookedAt }
        let isWhole = work.scope.isWhole
        try store.setSyncEnded(
            account.id, health, lastSync: isWhole ? now : nil, nextSync: work.pace.next(folders, after: now),
            lease: work.lease)
        if account.lastSync == nil, isWhole { try SameMailbox(core: core).lookAfterFirstSync(account) }
    }
}

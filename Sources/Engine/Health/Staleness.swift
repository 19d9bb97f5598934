import Base
import CMailroom
import Store

/// That nobody has looked at an account for longer than it should be (docs/health.md): since when, and why.
struct Staleness: Equatable {
    let since: Int64
    let cause: String

    static let noWorker = "worker.none"
    /// The mailbox is in step as far as anybody can ask, and mail waits that could go.
    static let mailWaits = "worker.mail_waits"
    static let notLookedAt = "sync.stale"

    /// So long mail that could go may wait where no worker runs.
    private static let mailMs: Int64 = 60_000

    /// - Parameters:
    ///   - isWorked: a worker lives, or a process is at the account.
    ///   - mailSince: since when the oldest mail waits that could go.
    /// - Returns: nil while it is in step, or where nobody is to look at it.
    static func of(
        _ account: AccountRow, _ folders: [FolderRow], _ pace: FolderPace, isWorked: Bool, mailSince: Int64?, now: Int64
    ) -> Staleness? {
        let health = account.health
        var since: Int64?
        switch health.state {
        case "error" where health.syncHealth != "ok":
            // Red it is already; that nobody tries it again is worth knowing.
            guard !isWorked, let next = health.nextAttempt else { return nil }
            since = next + pace.pollMs
        case "enabled", "error":
            if account.receives {
                let freshness = Freshness(folders)
                since =
                    isWorked
                    ? freshness.staleSince(pace, beginning: account.createdAt, now: now)
                    : freshness.dueSince(pace, beginning: account.createdAt)
                if folders.isEmpty { since = account.createdAt + (isWorked ? 2 : 1) * pace.pollMs }
            }
            let isDue = since.map { $0 < now } ?? false
            if !isDue, !isWorked, account.sends, let mailSince, mailSince + mailMs < now {
                return Staleness(since: mailSince + mailMs, cause: mailWaits)
            }
        default: return nil
        }
        guard let since, since < now else { return nil }
        return Staleness(since: since, cause: isWorked ? notLookedAt : noWorker)
    }
}

extension Core {
    /// How the account stands now.
    func staleness(_ account: AccountRow, now: Int64) throws(Failure) -> Staleness? {
        var isWorked = try hasWorker()
        if !isWorked { isWorked = try store.isLeased(account.id) }
        return Staleness.of(
            account, try store.folders(account.id), FolderPace(of: account, options), isWorked: isWorked,
            mailSince: !isWorked && account.sends ? try store.oldestWaiting(account.id, now: now) : nil, now: now)
    }

    /// Writes down that an account has become stale, or is in step again: a row of the change feed. The time at which it
    /// became so stays while the cause does.
    func noteStaleness(_ account: Int64, _ found: Staleness?) throws(Failure) {
        try store.reviseHealth(account, lease: nil) { (before: Health) throws(Failure) -> Health? in
            guard before.staleCause != found?.cause,
                found == nil || before.state == "enabled" || before.state == "error"
            else { return nil }
            var after = before
            after.staleSince = found?.since
            after.staleCause = found?.cause
            return after
        }
    }

    /// Looks after the accounts that nobody seems to look at.
    /// - Parameter known: also after those that were found stale before, whether they still are.
    func sweepStale(known: Bool, limit: Int) throws(Failure) {
        let now = Clock.wall()
        for id in try store.perhapsStale(before: now - Core.overdueMs, known: known, limit: limit) {
            do throws(Failure) {
                let account = try store.account(id)
                let found = try staleness(account, now: now)
                if found?.cause != account.health.staleCause { try noteStaleness(id, found) }
            } catch {
                guard error.result == Int32(MR_E_NOT_FOUND) else { throw error }
            }
        }
    }

    /// Who is not synced for so long after its time may be stale.
    private static let overdueMs: Int64 = 10_000

    /// Ends the attempts of those that have failed for two days: to the minute, also while their next attempt is hours ahead.
    func giveUp() throws(Failure) {
        let now = Clock.wall()
        for id in try store.failing(since: now - HealthRules.givesUpAfterMs, now: now) {
            do throws(Failure) {
                let ended = try store.reviseHealth(id, lease: nil) { (before: Health) throws(Failure) -> Health? in
                    HealthRules.givenUp(before, now: now)
                }
                guard let ended else { continue }
                var log = NewLog(
                    account: id, level: "error", what: "health",
                    message:
                        "two days of failures without one success: it is not tried any more until it is reconnected")
                log.cause = ended.cause
                log.failureClass = ended.failureClass
                log.serverText = ended.serverText
                log.advice = ended.advice
                try store.addLog(log)
            } catch {
                guard error.result == Int32(MR_E_NOT_FOUND) else { throw error }
            }
        }
    }
}

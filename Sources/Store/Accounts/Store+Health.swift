import Base
import CMailroom

extension Store {
    /// Stores the account's health whole. The change feed tells of it where state, reason, cause or staleness differ.
    /// - Parameter lease: nil where a person asked for it (reconnecting); else checked.
    package func setHealth(_ account: Int64, _ health: Health, lease: Lease?) throws(Failure) {
        try write { (transaction) throws(Failure) in
            if let lease { try transaction.require(lease, for: account) }
            try transaction.setHealth(account, try loadAccount(transaction.db, account).health, health)
        }
    }

    /// Changes the account's health by a rule, which sees it as it is: nobody else's change comes in between.
    /// - Parameters:
    ///   - lease: as of `setHealth`.
    ///   - rule: gives the health from now on; nil: it stays.
    /// - Returns: what the rule gave.
    @discardableResult
    package func reviseHealth(
        _ account: Int64, lease: Lease?, _ rule: (Health) throws(Failure) -> Health?
    ) throws(Failure) -> Health? {
        try write { (transaction) throws(Failure) -> Health? in
            if let lease { try transaction.require(lease, for: account) }
            let before = try loadAccount(transaction.db, account).health
            guard let after = try rule(before) else { return nil }
            if after != before { try transaction.setHealth(account, before, after) }
            return after
        }
    }

    /// Accounts that have been failing since then without an attempt that is due: the rule decides what becomes of them.
    package func failing(since: Int64, now: Int64) throws(Failure) -> [Int64] {
        try read { (db) throws(Failure) in
            try db.all(
                """
                SELECT id FROM account WHERE state = 'error' AND first_error_at <= ? AND erasing = 0
                AND coalesce(next_attempt, ?) >= ? ORDER BY id
                """, since, now, now
            ) { (row) throws(Failure) in row.int(0) }
        }
    }

    /// Accounts whose time has passed for so long that they may be stale, and those that are: by an index.
    /// - Parameter known: also those that are known to be.
    package func perhapsStale(before: Int64, known: Bool, limit: Int) throws(Failure) -> [Int64] {
        try read { (db) throws(Failure) in
            try db.all(
                """
                SELECT id FROM account WHERE state IN ('enabled', 'error') AND erasing = 0
                AND (stale_since IS NULL AND coalesce(next_sync, 0) < ?1 OR ?2 AND stale_since IS NOT NULL)
                ORDER BY coalesce(next_sync, 0), id LIMIT ?3
                """, before, known, Int64(max(limit, 0))
            ) { (row) throws(Failure) in row.int(0) }
        }
    }

    /// Since when the oldest mail of the account waits that could go; nil where none does.
    package func oldestWaiting(_ account: Int64, now: Int64) throws(Failure) -> Int64? {
        try read { (db) throws(Failure) in
            try db.int(
                """
                SELECT min(max(created_at, due)) FROM send
                WHERE account = ? AND state IN ('queued', 'retry_wait') AND due <= ?
                """, account, now)
        }
    }

    /// What is being done on the account now, and how far it is. Not durable: it is made anew by the next work.
    package func setActivity(
        _ account: Int64, activity: String, done: Int64, total: Int64?, lease: Lease?
    ) throws(Failure) {
        try write(.normal) { (transaction) throws(Failure) in
            if let lease { try transaction.require(lease, for: account) }
            try transaction.setActivity(account, activity: activity, done: done, total: total)
        }
    }

    /// When the account was synced last and is to be synced next; nil leaves a value as it is.
    package func setSchedule(
        _ account: Int64, lastSync: Int64?, nextSync: Int64?, lease: Lease?
    ) throws(Failure) {
        try write(.normal) { (transaction) throws(Failure) in
            if let lease { try transaction.require(lease, for: account) }
            try transaction.db.run(
                "UPDATE account SET last_sync = coalesce(?, last_sync), next_sync = coalesce(?, next_sync) WHERE id = ?",
                lastSync, nextSync, account)
        }
    }
}

extension Transaction {
    func setHealth(_ account: Int64, _ before: Health, _ health: Health) throws(Failure) {
        let since = health.state == before.state && health.since == 0 ? before.since : health.since
        try db.run(
            """
            UPDATE account SET state = ?, since = ?, reason = ?, cause = ?, class = ?, advice = ?, server_text = ?,
              sync_health = ?, send_health = ?, first_error_at = ?, last_success = ?, last_attempt = ?,
              next_attempt = ?, attempts = ?, stale_since = ?, stale_cause = ? WHERE id = ?
            """, health.state, since == 0 ? now : since, health.reason, health.cause, health.failureClass,
            health.advice,
            health.serverText, health.syncHealth, health.sendHealth, health.firstErrorAt, health.lastSuccess,
            health.lastAttempt, health.nextAttempt, health.attempts, health.staleSince, health.staleCause, account)
        if health.state != before.state || health.reason != before.reason || health.cause != before.cause
            || health.syncHealth != before.syncHealth || health.sendHealth != before.sendHealth
        {
            change("account", account, account: account, "changed", "state")
        }
        if health.staleSince != before.staleSince || health.staleCause != before.staleCause {
            change("account", account, account: account, "changed", "stale")
        }
    }

    func setActivity(_ account: Int64, activity: String?, done: Int64, total: Int64?) throws(Failure) {
        let before = try db.first("SELECT activity, done, total FROM account WHERE id = ?", account) {
            (row) throws(Failure) in (row.text(0), row.int(1), row.optionalInt(2))
        }
        guard let before else { throw .notFound("account \(account)") }
        let activity = activity ?? before.0
        if activity == before.0, done == before.1, total == before.2 { return }
        try db.run(
            "UPDATE account SET activity = ?, done = ?, total = ?, moved_at = ? WHERE id = ?", activity, done, total,
            now,
            account)
        change("account", account, account: account, "changed", "activity")
    }
}

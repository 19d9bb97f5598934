import Base
import CMailroom

extension Store {
    /// Stores the account's health whole. The change feed tells of it where state, reason, cause or staleness differ.
    /// - Parameter lease: nil where a person asked for it (reconnecting); else checked.
    package func setHealth(_ account: Int64, _ health: Health, lease: Lease?) throws(Failure) {
        try write { (transaction) throws(Failure) in
            if let lease { try transaction.require(lease, for: account) }
            let before = try loadAccount(transaction.db, account).health
            let since = health.state == before.state && health.since == 0 ? before.since : health.since
            try transaction.db.run(
                """
                UPDATE account SET state = ?, since = ?, reason = ?, cause = ?, class = ?, advice = ?, server_text = ?,
                  sync_health = ?, send_health = ?, first_error_at = ?, last_success = ?, last_attempt = ?,
                  next_attempt = ?, attempts = ?, stale_since = ? WHERE id = ?
                """, health.state, since == 0 ? transaction.now : since, health.reason, health.cause,
                health.failureClass, health.advice, health.serverText, health.syncHealth, health.sendHealth,
                health.firstErrorAt, health.lastSuccess, health.lastAttempt, health.nextAttempt, health.attempts,
                health.staleSince, account)
            if health.state != before.state || health.reason != before.reason || health.cause != before.cause
                || health.syncHealth != before.syncHealth || health.sendHealth != before.sendHealth
            {
                transaction.change("account", account, account: account, "changed", "state")
            }
            if health.staleSince != before.staleSince {
                transaction.change("account", account, account: account, "changed", "stale")
            }
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

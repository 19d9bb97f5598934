import Base

extension Store {
    /// A sync has ended well: the account's health, when it was synced and is to be synced next, and that nothing is being
    /// done on it, in one transaction. It waits for the disk only where more than times has changed.
    /// - Parameter lastSync: nil: it was not of the whole account.
    package func setSyncEnded(
        _ account: Int64, _ health: Health, lastSync: Int64?, nextSync: Int64, lease: Lease
    ) throws(Failure) {
        var timeless = try self.account(account).health
        timeless.lastSuccess = health.lastSuccess
        timeless.lastAttempt = health.lastAttempt
        let isQuiet = timeless == health
        if !isQuiet { try setHealth(account, health, lease: lease) }
        try write(.normal) { (transaction) throws(Failure) in
            try transaction.require(lease, for: account)
            try transaction.db.run(
                """
                UPDATE account SET last_success = ?, last_attempt = ?, last_sync = coalesce(?, last_sync), next_sync = ?
                WHERE id = ?
                """, health.lastSuccess, health.lastAttempt, lastSync, nextSync, account)
            try transaction.setActivity(account, activity: "idle", done: 0, total: nil)
        }
    }
}

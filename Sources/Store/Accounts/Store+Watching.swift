import Base

/// What the engine asks of the store for watching.
extension Store {
    /// Accounts that may be watched for news: those that receive, and whose latest sync went well.
    package func watchableAccounts() throws(Failure) -> [Int64] {
        try read { (db) throws(Failure) in
            try db.all(
                """
                SELECT id FROM account WHERE state IN ('enabled', 'error') AND sync_health = 'ok' AND receives = 1
                AND erasing = 0 ORDER BY id
                """
            ) { (row) throws(Failure) in row.int(0) }
        }
    }

    /// Accounts whose settings, state or folders somebody has changed after this number of the change feed, and the newest
    /// number. Of accounts that were erased, too. `pacing`: whether a limit of sending was changed, of whatever account.
    package func accountsTouched(
        after number: Int64
    ) throws(Failure) -> (accounts: [Int64], pacing: Bool, latest: Int64) {
        try read { (db) throws(Failure) in
            let latest = try db.int("SELECT next_change - 1 FROM counter WHERE id = 1") ?? 0
            guard latest > number else { return ([], false, latest) }
            let accounts = try db.all(
                """
                SELECT DISTINCT account FROM change WHERE number > ? AND account IS NOT NULL
                AND (kind IN ('account', 'folder') AND what = 'changed' AND detail IN ('settings', 'state')
                  OR kind = 'account' AND what = 'erased')
                """, number
            ) { (row) throws(Failure) in row.int(0) }
            let pacing = try db.exists("SELECT 1 FROM change WHERE number > ? AND kind = 'pacing'", number)
            return (accounts, pacing, latest)
        }
    }

    /// No folder is watched by this process any more, or by one that is dead. Not durable.
    package func clearPush() throws(Failure) {
        let own = try ownerID()
        let owners = try read { (db) throws(Failure) in
            try db.all("SELECT DISTINCT owner FROM lease WHERE owner IS NOT NULL") { (row) throws(Failure) in
                row.text(0)
            }
        }
        let others = owners.filter { $0 != own && run.isAlive($0) }
        try write(.normal) { (transaction) throws(Failure) in
            let db = transaction.db
            let watched = try db.all(
                """
                SELECT f.id, f.account, coalesce(l.owner, '') FROM folder f LEFT JOIN lease l ON l.account = f.account
                WHERE f.push IS NOT NULL ORDER BY f.id
                """
            ) { (row) throws(Failure) in (id: row.int(0), account: row.int(1), owner: row.text(2)) }
            for folder in watched where !others.contains(folder.owner) {
                try db.run("UPDATE folder SET push = NULL WHERE id = ?", folder.id)
                transaction.change("folder", folder.id, account: folder.account, "changed", "push")
            }
        }
    }
}

import Base
import CMailroom

extension Store {
    /// Ends the work on an account at once: its lease is void, its secrets are gone, its state is disconnected. Its
    /// mail stays, unless it is to be erased. Its place in its company is free for whoever waits.
    ///
    /// Erasing goes on in short transactions: messages that no other account has, bodies that nobody else holds,
    /// addresses and threads left over, the queue, log, state and settings, each overwritten in the file
    /// (secure_delete); at the end the change feed has one row `erased`. Where the process dies in between,
    /// `finishErasing` (or the same call again) goes on.
    package func disconnectAccount(_ id: Int64, erase: Bool) throws(Failure) {
        try write { (transaction) throws(Failure) in
            let db = transaction.db
            let there = try db.first("SELECT erasing, company FROM account WHERE id = ?", id) {
                (row) throws(Failure) in (erasing: row.bool(0), company: row.optionalInt(1))
            }
            guard let there, erase || !there.erasing else { throw .notFound("account \(id)") }
            try transaction.voidLease(of: id)
            try db.run("DELETE FROM secret WHERE account = ?", id)
            try db.run("DELETE FROM token WHERE account = ?", id)
            try db.run("DELETE FROM authorization WHERE account = ?", id)
            try db.run(
                """
                UPDATE account SET state = 'disconnected', since = CASE state WHEN 'disconnected' THEN since ELSE ? END,
                  reason = NULL, cause = NULL, class = NULL, advice = NULL, server_text = NULL, next_attempt = NULL,
                  first_error_at = NULL, attempts = 0, sync_health = 'none', send_health = 'none', activity = 'idle',
                  done = 0, total = NULL, stale_since = NULL, stale_cause = NULL, next_sync = NULL,
                  erasing = ?, twin = CASE WHEN ? THEN NULL ELSE twin END
                WHERE id = ?
                """, transaction.now, erase, erase, id)
            try db.run(
                "UPDATE job SET cancel = 1 WHERE account = ? AND state IN ('queued', 'running')", id)
            transaction.change("account", id, account: id, "changed", "state")
            try transaction.wakePending(of: there.company)
        }
        if erase { try eraseAccount(id) }
    }

    /// Goes on with erasures that a dead process left.
    package func finishErasing() throws(Failure) {
        let left = try read { (db) throws(Failure) in
            try db.all("SELECT id FROM account WHERE erasing = 1") { (row) throws(Failure) in row.int(0) }
        }
        for account in left { try eraseAccount(account) }
    }

    /// One of the transactions of an erasing.
    func erasing<T>(_ body: (Transaction) throws(Failure) -> T) throws(Failure) -> T {
        StopPoint.slice.reach()
        return try write(.full, body)
    }
}

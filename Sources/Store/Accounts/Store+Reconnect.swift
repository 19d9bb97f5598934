import Base
import CMailroom

extension Store {
    /// The account has been reconnected, and that works: what waits because its server was not reached, refused the login or
    /// was unwell goes again at once. What waits for a limit, or for a recipient, waits on.
    package func releaseRetries(of account: Int64) throws(Failure) {
        while true {
            let released = try write { (transaction) throws(Failure) -> Int in
                let db = transaction.db
                let waiting = try db.all(
                    """
                    SELECT id FROM send WHERE state = 'retry_wait' AND account = ? AND next_attempt > ?
                      AND class IN ('connection', 'auth', 'outage', 'suspended') LIMIT ?
                    """, account, transaction.now, Transaction.sliceOfSends
                ) { (row) throws(Failure) in row.int(0) }
                for send in waiting {
                    try db.run(
                        "UPDATE send SET next_attempt = ?1, due = max(coalesce(send_at, 0), ?1) WHERE id = ?2",
                        transaction.now, send)
                    transaction.change("send", send, account: account, "changed", "retry_wait")
                }
                return waiting.count
            }
            if released < Transaction.sliceOfSends { return }
        }
    }

    /// Changes what is given of an account (as `updateAccount`) and stores the job that proves it. One that was
    /// disconnected is enabled again; what it waits for is forgotten, so that it is tried at once.
    /// - Returns: the job.
    package func reconnectAccount(
        _ id: Int64, values: AccountChanges, settings: [String: String?], secrets: [String: [UInt8]?], job: NewJob
    ) throws(Failure) -> Int64 {
        try updateAccount(id, values: values, settings: settings, secrets: secrets)
        return try write { (transaction) throws(Failure) -> Int64 in
            let account = try loadAccount(transaction.db, id)
            if account.health.state == "disconnected" {
                try transaction.db.run(
                    "UPDATE account SET state = 'enabled', since = ?, sync_health = 'none', send_health = 'none' WHERE id = ?",
                    transaction.now, id)
                transaction.change("account", id, account: id, "changed", "state")
            }
            try transaction.db.run("UPDATE account SET attempts = 0, first_error_at = NULL WHERE id = ?", id)
            try transaction.overtakeConnects(of: id)
            try transaction.setHold(of: id, nil, accepted: true)
            var job = job
            job.account = id
            return try transaction.insert(job)
        }
    }
}

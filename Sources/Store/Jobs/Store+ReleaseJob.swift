import Base
import CMailroom

extension Store {
    /// Puts a job that this process claimed back into the queue, for whoever comes next. One that is not this
    /// process's any more is left alone.
    /// - Parameter claim: the `claims` of the row that `claimJob` gave.
    package func releaseJob(_ id: Int64, claim: Int64) throws(Failure) {
        let owner = try ownerID()
        try write { (transaction) throws(Failure) in
            let job = try Store.loadJob(transaction.db, id)
            try transaction.db.run(
                """
                UPDATE job SET state = 'queued', owner = NULL
                WHERE id = ? AND state = 'running' AND owner = ? AND claims = ?
                """, id, owner, claim)
            guard transaction.db.changedRows > 0 else { return }
            transaction.change("job", id, account: job.account, "changed", "state")
        }
    }
}

import Base
import CMailroom

extension Store {
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

import Base

extension Store {
    /// Notes something for an account outside of a sync; empty bytes remove it. Not durable: it is learned again.
    package func statePut(account: Int64, key: String, _ value: [UInt8]) throws(Failure) {
        try write(.normal) { (transaction) throws(Failure) in
            let db = transaction.db
            guard !value.isEmpty, try db.exists("SELECT 1 FROM account WHERE id = ? AND erasing = 0", account) else {
                return try db.run("DELETE FROM state WHERE account = ? AND key = ?", account, key)
            }
            try db.run("INSERT OR REPLACE INTO state(account, key, value) VALUES(?, ?, ?)", account, key, value)
        }
    }
}

import Base
import CMailroom

/// Messages whose last place is gone. They may have been moved: until a whole round over their account's folders has not
/// found them, they are stored, but not shown in any folder and not counted.
extension Store {
    /// Removes those of the account that have been adrift since before a time, a few in each transaction.
    /// - Parameter before: in milliseconds since 1970: when a round began in which every synced folder ended well.
    /// - Returns: how many were removed.
    @discardableResult
    package func sweepAdrift(_ account: Int64, before: Int64, lease: Lease) throws(Failure) -> Int64 {
        let isAny = try read { (db) throws(Failure) in
            try db.exists("SELECT 1 FROM adrift WHERE account = ? AND since < ?", account, before)
        }
        guard isAny else { return 0 }
        var removed: Int64 = 0
        while true {
            let slice = try write(.normal) { (transaction) throws(Failure) -> Int in
                try transaction.require(lease, for: account)
                let some = try transaction.db.all(
                    "SELECT message FROM adrift WHERE account = ? AND since < ? LIMIT 300", account, before
                ) { (row) throws(Failure) in row.int(0) }
                for message in some { try transaction.drown(message, account: account, erase: false) }
                return some.count
            }
            StopPoint.slice.reach()
            removed += Int64(slice)
            if slice < 300 { return removed }
        }
    }

    /// Whether the account has, or a moment ago had, any message: then one that a folder shows for the first time may
    /// be stored already.
    package func mayKnowMessages(of account: Int64) throws(Failure) -> Bool {
        try read { (db) throws(Failure) in
            try db.exists(
                """
                SELECT 1 FROM account a WHERE a.id = ?1 AND (a.messages > 0
                  OR EXISTS (SELECT 1 FROM adrift d WHERE d.account = ?1))
                """, account)
        }
    }
}

extension Transaction {
    /// The message has lost its last place.
    func setAdrift(_ message: Int64, account: Int64, stable: String?) throws(Failure) {
        try db.run(
            "INSERT OR REPLACE INTO adrift(message, account, since, stable) VALUES(?, ?, ?, ?)", message, account, now,
            stable)
    }

    /// The message has a place again.
    func comeAshore(_ message: Int64) throws(Failure) { try db.run("DELETE FROM adrift WHERE message = ?", message) }

    /// Removes a message that was adrift.
    func drown(_ message: Int64, account: Int64, erase: Bool) throws(Failure) {
        try comeAshore(message)
        guard try !db.exists("SELECT 1 FROM place WHERE message = ?", message) else { return }
        try delete(message: message, erase: erase)
        change("message", message, account: account, "removed")
    }
}

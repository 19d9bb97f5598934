import Base
import CMailroom

/// Messages whose last place in an account is gone. They may have been moved: until a whole round over the account's
/// folders has not found them, they are stored, but not shown in any of its folders and not counted. One that another
/// account has too stays stored; where it comes back, it is not new to this one.
extension Store {
    /// Removes those of the account that have been adrift since before a time, a few in each transaction.
    /// - Parameter before: in milliseconds since 1970: when a round began in which every synced folder ended well.
    /// - Returns: how many were removed: those that no other account has either.
    @discardableResult
    package func sweepAdrift(_ account: Int64, before: Int64, lease: Lease) throws(Failure) -> Int64 {
        let isAny = try read { (db) throws(Failure) in
            try db.exists("SELECT 1 FROM adrift WHERE account = ? AND since < ?", account, before)
        }
        guard isAny else { return 0 }
        var removed: Int64 = 0
        while true {
            let slice = try write(.normal) { (transaction) throws(Failure) -> (left: Int, removed: Int64) in
                try transaction.require(lease, for: account)
                let some = try transaction.db.all(
                    "SELECT message FROM adrift WHERE account = ? AND since < ? LIMIT 300", account, before
                ) { (row) throws(Failure) in row.int(0) }
                var removed: Int64 = 0
                for message in some where try transaction.drown(message, account: account, erase: false) {
                    removed += 1
                }
                return (some.count, removed)
            }
            StopPoint.slice.reach()
            removed += slice.removed
            if slice.left < 300 { return removed }
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
    /// The message has lost its last place in the account.
    func setAdrift(_ message: Int64, account: Int64, stable: String?) throws(Failure) {
        try db.run(
            "INSERT OR REPLACE INTO adrift(message, account, since, stable) VALUES(?, ?, ?, ?)", message, account, now,
            stable)
    }

    /// The message has a place in the account again.
    /// - Returns: false where it was not adrift in it.
    @discardableResult
    func comeAshore(_ message: Int64, account: Int64) throws(Failure) -> Bool {
        try db.run("DELETE FROM adrift WHERE message = ? AND account = ?", message, account)
        return db.changedRows > 0
    }

    /// The account does not wait for the message any more. It is removed where no account has it, or waits for it.
    @discardableResult
    func drown(_ message: Int64, account: Int64, erase: Bool) throws(Failure) -> Bool {
        try comeAshore(message, account: account)
        let isHeld = try db.exists(
            "SELECT 1 FROM place WHERE message = ?1 UNION ALL SELECT 1 FROM adrift WHERE message = ?1", message)
        guard !isHeld else { return false }
        try delete(message: message, erase: erase)
        change("message", message, account: account, "removed")
        return true
    }
}

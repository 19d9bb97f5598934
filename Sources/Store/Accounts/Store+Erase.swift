import Base
import CMailroom

/// The erasing of an account, in transactions that each take a few rows. A process that dies in between leaves
/// `account.erasing`, and the next one goes on.
extension Store {
    private static let slice = 500

    func eraseAccount(_ id: Int64) throws(Failure) {
        while try eraseWishes(of: id) {}
        let folders = try read { (db) throws(Failure) in
            try db.all("SELECT id FROM folder WHERE account = ?", id) { (row) throws(Failure) in row.int(0) }
        }
        while try eraseWishes(of: id) {}  // first: nothing of them is lost on record any more
        for folder in folders { try removePlaces(of: folder, andFolder: true, erase: true) }
        while try eraseAdrift(of: id) {}
        while try eraseSends(of: id) {}
        try eraseBatches(of: id)
        while try eraseRows(
            "DELETE FROM log WHERE id IN (SELECT id FROM log WHERE account = ? LIMIT ?)", of: id)
        {}
        while try eraseRows(
            "DELETE FROM job WHERE id IN (SELECT id FROM job WHERE account = ? LIMIT ?)", of: id)
        {}
        while try eraseRows(
            "DELETE FROM state WHERE account = ?1 AND key IN (SELECT key FROM state WHERE account = ?1 LIMIT ?2)",
            of: id)
        {}
        while try eraseRows(
            "DELETE FROM spent WHERE id IN (SELECT id FROM spent WHERE account = ? LIMIT ?)", of: id)
        {}
        try eraseThreads()
        try eraseAddresses()
        try eraseWords()
        try erasing { (transaction) throws(Failure) in
            let db = transaction.db
            try db.run("DELETE FROM quarantine WHERE account = ?", id)
            try db.run("DELETE FROM policy WHERE account = ?", id)
            try db.run("DELETE FROM pacing WHERE account = ?", id)
            try db.run("DELETE FROM setting WHERE account = ?", id)
            try db.run("DELETE FROM secret WHERE account = ?", id)
            try db.run("DELETE FROM lease WHERE account = ?", id)
            try db.run("DELETE FROM account WHERE id = ?", id)
            transaction.change("account", id, account: id, "erased")
        }
        try writeBack()
    }

    /// The old pages are in the log of the file as well until it is written back.
    func writeBack() throws(Failure) {
        try checkFork()
        try gate.write { (db) throws(Failure) in
            _ = try? db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        }
    }

    /// - Returns: true while there are more; so do those below.
    private func eraseRows(_ sql: StaticString, of account: Int64) throws(Failure) -> Bool {
        try erasing { (transaction) throws(Failure) in
            try transaction.db.run(sql, account, Store.slice)
            return transaction.db.changedRows > 0
        }
    }

    private func eraseAdrift(of account: Int64) throws(Failure) -> Bool {
        try erasing { (transaction) throws(Failure) in
            let some = try transaction.db.all("SELECT message FROM adrift WHERE account = ? LIMIT 300", account) {
                (row) throws(Failure) in row.int(0)
            }
            for message in some { try transaction.drown(message, account: account, erase: true) }
            return !some.isEmpty
        }
    }

    private func eraseWishes(of account: Int64) throws(Failure) -> Bool {
        try erasing { (transaction) throws(Failure) in
            let db = transaction.db
            let some = try db.all("SELECT id, body FROM wish WHERE account = ? LIMIT 50", account) {
                (row) throws(Failure) in (id: row.int(0), body: row.optionalInt(1))
            }
            for wish in some {
                try db.run("DELETE FROM wish WHERE id = ?", wish.id)
                if let body = wish.body { try transaction.releaseBody(body, erase: true) }
            }
            return !some.isEmpty
        }
    }

    private func eraseSends(of account: Int64) throws(Failure) -> Bool {
        try erasing { (transaction) throws(Failure) in
            let db = transaction.db
            let some = try db.all("SELECT id, body FROM send WHERE account = ? LIMIT 50", account) {
                (row) throws(Failure) in (row.int(0), row.optionalInt(1))
            }
            for (send, body) in some {
                try transaction.delete(send: send, body: body, account: account, erase: true)
            }
            return !some.isEmpty
        }
    }

    // MARK: what nobody needs any more

    /// Looks through a table in snapshots, and removes in transactions of their own what is still of no use then.
    /// - Parameters:
    ///   - page: at most `slice` of the useless rows above the key given, in order.
    ///   - remove: removes one, where it is useless still.
    private func eraseUseless(
        page: (Connection, Int64) throws(Failure) -> [Int64], remove: (Transaction, Int64) throws(Failure) -> Void
    ) throws(Failure) {
        var after = Int64.min
        while true {
            let from = after
            let keys = try read { (db) throws(Failure) in try page(db, from) }
            guard let last = keys.last else { return }
            try erasing { (transaction) throws(Failure) in
                for key in keys { try remove(transaction, key) }
            }
            after = last
        }
    }

    /// Threads without messages, those that were joined to them, and what leads to them.
    func eraseThreads() throws(Failure) {
        try eraseUseless { (db, after) throws(Failure) in
            try db.all(
                "SELECT id FROM thread WHERE id > ? AND joined IS NULL AND messages <= 0 ORDER BY id LIMIT ?", after,
                Store.slice
            ) { (row) throws(Failure) in row.int(0) }
        } remove: { (transaction, id) throws(Failure) in
            try transaction.db.run("DELETE FROM thread WHERE id = ? AND joined IS NULL AND messages <= 0", id)
            guard transaction.db.changedRows > 0 else { return }
            try transaction.db.run("DELETE FROM thread WHERE joined = ?", id)
            try transaction.db.run("UPDATE send SET thread = NULL WHERE thread = ?", id)
        }
        try eraseUseless { (db, after) throws(Failure) in
            try db.all(
                """
                SELECT key FROM thread_ref r WHERE key > ? AND NOT EXISTS (SELECT 1 FROM thread WHERE id = r.thread)
                ORDER BY key LIMIT ?
                """, after, Store.slice
            ) { (row) throws(Failure) in row.int(0) }
        } remove: { (transaction, key) throws(Failure) in
            try transaction.db.run(
                """
                DELETE FROM thread_ref WHERE key = ?
                AND NOT EXISTS (SELECT 1 FROM thread WHERE id = thread_ref.thread)
                """, key)
        }
    }

    func eraseAddresses() throws(Failure) {
        try eraseUseless { (db, after) throws(Failure) in
            try db.all(
                """
                SELECT id FROM address WHERE id > ? AND NOT EXISTS (SELECT 1 FROM participant WHERE address = address.id)
                AND NOT EXISTS (SELECT 1 FROM left_out WHERE address = address.id) ORDER BY id LIMIT ?
                """, after, Store.slice
            ) { (row) throws(Failure) in row.int(0) }
        } remove: { (transaction, id) throws(Failure) in
            try transaction.db.run(
                """
                DELETE FROM address WHERE id = ? AND NOT EXISTS (SELECT 1 FROM participant WHERE address = address.id)
                AND NOT EXISTS (SELECT 1 FROM left_out WHERE address = address.id)
                """, id)
            try transaction.addressesRemoved()
        }
    }
}

import Base
import CMailroom

extension Store {
    /// - Throws: `MR_E_EXISTS` where the key is there already.
    package func insertCompany(key: String, name: String?) throws(Failure) -> Int64 {
        try write { (transaction) throws(Failure) in
            if let there = try transaction.db.int("SELECT id FROM company WHERE key = ?", key) {
                throw Failure(MR_E_EXISTS, "company \(there) has that key")
            }
            try transaction.db.run("INSERT INTO company(key, name) VALUES(?, ?)", key, name)
            let id = transaction.db.lastRowID
            transaction.change("company", id, account: nil, "added")
            return id
        }
    }

    /// Nil keeps what is there.
    package func updateCompany(_ id: Int64, key: String?, name: String?) throws(Failure) {
        try write { (transaction) throws(Failure) in
            let db = transaction.db
            guard try db.exists("SELECT 1 FROM company WHERE id = ?", id) else { throw .notFound("company \(id)") }
            if let key, let there = try db.int("SELECT id FROM company WHERE key = ? AND id <> ?", key, id) {
                throw Failure(MR_E_EXISTS, "company \(there) has that key")
            }
            try db.run(
                "UPDATE company SET key = coalesce(?, key), name = coalesce(?, name) WHERE id = ?", key, name, id)
            transaction.change("company", id, account: nil, "changed")
        }
    }

    /// - Throws: `MR_E_BUSY` while accounts belong to it.
    package func removeCompany(_ id: Int64) throws(Failure) {
        try write { (transaction) throws(Failure) in
            let db = transaction.db
            guard try db.exists("SELECT 1 FROM company WHERE id = ?", id) else { throw .notFound("company \(id)") }
            if try db.exists("SELECT 1 FROM account WHERE company = ? AND erasing = 0", id) {
                throw Failure(MR_E_BUSY, "accounts belong to company \(id)")
            }
            try db.run("DELETE FROM company WHERE id = ?", id)
            transaction.change("company", id, account: nil, "removed")
        }
    }
}

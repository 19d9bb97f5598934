import Base
import CMailroom

extension Store {
    /// - Throws: `MR_E_INVALID` without a key; `MR_E_EXISTS` where the key is there already.
    package func insertCompany(_ values: CompanyValues) throws(Failure) -> Int64 {
        guard let key = values.key else { throw .invalid("key", "is missing") }
        return try write { (transaction) throws(Failure) in
            if let there = try transaction.db.int("SELECT id FROM company WHERE key = ?", key) {
                throw Failure(MR_E_EXISTS, "company \(there) has that key")
            }
            try transaction.db.run("INSERT INTO company(key) VALUES(?)", key)
            let id = transaction.db.lastRowID
            try transaction.set(values, of: id)
            transaction.change("company", id, account: nil, "added")
            return id
        }
    }

    /// A raised limit enables those that have waited longest, at once; a lowered one stops nothing that runs, and says so in
    /// the log and in the company's `note`.
    /// - Throws: `MR_E_NOT_FOUND`; `MR_E_EXISTS` where another company has the key.
    package func updateCompany(_ id: Int64, _ values: CompanyValues) throws(Failure) {
        try write { (transaction) throws(Failure) in
            let db = transaction.db
            guard try db.exists("SELECT 1 FROM company WHERE id = ?", id) else { throw .notFound("company \(id)") }
            if let key = values.key, let there = try db.int("SELECT id FROM company WHERE key = ? AND id <> ?", key, id)
            {
                throw Failure(MR_E_EXISTS, "company \(there) has that key")
            }
            let before = try transaction.places(of: id)
            try transaction.set(values, of: id)
            transaction.change("company", id, account: nil, "changed")
            let after = try transaction.places(of: id)
            if let limit = after.limit, limit < after.running, limit < before.limit ?? .max {
                var row = NewLog(
                    level: "notice", what: "company", message: after.note(of: try transaction.key(ofCompany: id)))
                row.company = id
                row.cause = "limit.lowered"
                try transaction.addLog(row)
            }
            try transaction.wakePending(of: id)
        }
    }

    private static let contactsInOneTransaction = 500

    /// With its contacts, which go before it in transactions of their own: where the process dies in between, the same call
    /// goes on.
    /// - Throws: `MR_E_BUSY` while accounts belong to it.
    package func removeCompany(_ id: Int64) throws(Failure) {
        while try removeCompany(slice: id) {}
    }

    /// - Returns: true while there is more of it.
    private func removeCompany(slice id: Int64) throws(Failure) -> Bool {
        try write { (transaction) throws(Failure) in
            let db = transaction.db
            guard try db.exists("SELECT 1 FROM company WHERE id = ?", id) else { throw .notFound("company \(id)") }
            if try db.exists("SELECT 1 FROM account WHERE company = ? AND erasing = 0", id) {
                var failure = Failure(MR_E_BUSY, "accounts belong to company \(try transaction.key(ofCompany: id))")
                failure.advice =
                    "Move them to another company or to none, or disconnect them with their mail, by erasing."
                throw failure
            }
            let contacts = try db.all(
                "SELECT id FROM contact WHERE company = ? LIMIT ?", id, Store.contactsInOneTransaction
            ) { (row) throws(Failure) in row.int(0) }
            for contact in contacts { try transaction.remove(contact: contact) }
            guard contacts.count < Store.contactsInOneTransaction else { return true }
            try db.run("DELETE FROM company_domain WHERE company = ?", id)
            try db.run("DELETE FROM log WHERE company = ?", id)
            try db.run("DELETE FROM company WHERE id = ?", id)
            transaction.change("company", id, account: nil, "removed")
            return false
        }
    }
}

extension Transaction {
    fileprivate func key(ofCompany id: Int64) throws(Failure) -> String {
        let key = try db.first("SELECT key FROM company WHERE id = ?", id) { (row) throws(Failure) in row.text(0) }
        return key ?? String(id)
    }

    fileprivate func set(_ values: CompanyValues, of id: Int64) throws(Failure) {
        try db.run(
            """
            UPDATE company SET key = coalesce(?, key), name = coalesce(?, name),
              exclude_internal = coalesce(?, exclude_internal) WHERE id = ?
            """, values.key, values.name, values.excludeInternal.map { $0 ? 1 : 0 } as Int64?, id)
        if let mailboxes = values.mailboxes {
            try db.run("UPDATE company SET mailboxes = ? WHERE id = ?", mailboxes, id)
        }
        if let domains = values.domains {
            try db.run("DELETE FROM company_domain WHERE company = ?", id)
            for domain in domains {
                try db.run("INSERT OR IGNORE INTO company_domain(company, domain) VALUES(?, ?)", id, domain)
            }
        }
        if values.domains != nil || values.excludeInternal != nil { try exclusionChanged(company: id) }
    }
}

extension KindTable {
    static let company = KindTable(
        from: "company c",
        select: """
            c.key, c.name, c.mailboxes, c.exclude_internal,
            (SELECT count(*) FROM account a WHERE a.company = c.id AND a.state IN \(Places.taking) AND a.erasing = 0),
            (SELECT count(*) FROM account a WHERE a.company = c.id AND a.state = 'pending' AND a.erasing = 0)
            """, id: "c.id", visible: "1",
        rules: ["id": .column("c.id"), "key": .column("c.key")], orders: ["id": "c.id", "key": "c.key"],
        record: { (row, db, _) throws(Failure) in
            let id = row.int(1)
            let places = Places(limit: row.optionalInt(4), running: row.int(6))
            var record = Record()
            record.set("id", id)
            record.set("key", row.text(2))
            record.set("name", row.optionalText(3))
            record.set("mailboxes", places.limit)
            let domains = try db.all("SELECT domain FROM company_domain WHERE company = ? ORDER BY domain", id) {
                (row) throws(Failure) in Value.text(row.text(0))
            }
            record["domains"] = .list(domains)
            record.set("exclude_internal", row.int(5))
            record.set("running", places.running)
            record.set("pending", row.int(7))
            if let limit = places.limit, places.running > limit { record.set("note", places.note(of: row.text(2))) }
            return record
        })
}

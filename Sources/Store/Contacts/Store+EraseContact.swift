import Base
import CMailroom

/// Erasing a contact: its mail, what was sent to it, and every text that names it, in transactions that each take a few rows.
/// The contact itself goes last: where a process dies in between, the same call goes on. What stays is a salted hash of each
/// address, so that the same mail is not stored again.
extension Store {
    private static let slice: Int64 = 50
    /// It is held in memory meanwhile, and keeps other writers waiting.
    private static let mostRewritten: Int64 = 64 << 20

    /// - Throws: `MR_E_NOT_FOUND`; `MR_E_BUSY` while something is being sent to it.
    package func eraseContact(_ id: Int64) throws(Failure) {
        let erasure = try read { (db) throws(Failure) in try Erasure(db, contact: id) }
        try erasing { (transaction) throws(Failure) in try transaction.ban(erasure) }
        while try erasing({ (transaction) throws(Failure) in try transaction.eraseMessages(erasure, Store.slice) }) {}
        while try erasing({ (transaction) throws(Failure) in try transaction.eraseSends(erasure, Store.slice) }) {}
        try erasing { (transaction) throws(Failure) in try transaction.eraseTexts(erasure) }
        try erasing { (transaction) throws(Failure) in
            for address in erasure.ids {
                try transaction.db.run("DELETE FROM left_out WHERE address = ?", address)
            }
            try transaction.remove(contact: id)
        }
        try eraseThreads()
        try eraseAddresses()
        try eraseWords()
        try rewrite()
        try writeBack()
    }

    /// Pages that were divided, or joined, hold old copies of what was moved. A store of some size has the indexes of its
    /// addresses made anew; a smaller one is written anew as a whole.
    private func rewrite() throws(Failure) {
        let size = try read { (db) throws(Failure) in
            (try db.int("PRAGMA page_count") ?? 0) * (try db.int("PRAGMA page_size") ?? 0)
        }
        guard size > Store.mostRewritten else {
            try checkFork()
            return try gate.write { (db) throws(Failure) in try db.execute("VACUUM") }
        }
        for table in ["address", "contact_address", "recipient"] {
            try erasing { (transaction) throws(Failure) in try transaction.db.execute("REINDEX \(table)") }
        }
    }

    /// Whether mail from or for one of the addresses is not to be stored again.
    package func isErased(_ addresses: [String], account: Int64) throws(Failure) -> Bool {
        try read { (db) throws(Failure) in
            let company = try db.int("SELECT company FROM account WHERE id = ?", account)
            return try Erasure.isAny(of: Set(addresses.map(AddressKey.of)), company: company, db)
        }
    }

    package func hasErased() throws(Failure) -> Bool {
        try read { (db) throws(Failure) in try db.exists("SELECT 1 FROM erased") }
    }
}

/// Whom an erasure is about.
struct Erasure {
    let contact: Int64
    let company: Int64
    /// The keys of its addresses, as they were put and as they stand in mail, and `@domain` for each domain.
    let names: Set<String>
    /// The rows of `address`.
    let ids: [Int64]
    /// Addresses as they were written into sends.
    let recipients: [String]
    /// Spellings that texts are searched for.
    let spellings: Set<String>

    init(_ db: Connection, contact: Int64) throws(Failure) {
        guard let company = try db.int("SELECT company FROM contact WHERE id = ?", contact) else {
            throw .notFound("contact \(contact)")
        }
        self.contact = contact
        self.company = company
        let given = try db.all("SELECT key, loose, address FROM contact_address WHERE contact = ?", contact) {
            (row) throws(Failure) in (key: row.text(0), loose: row.optionalText(1), address: row.text(2))
        }
        let domains = try db.all("SELECT domain FROM contact_domain WHERE contact = ?", contact) {
            (row) throws(Failure) in row.text(0)
        }
        let stored = try db.all(composed: Erasure.addresses, [.int(contact)]) { (row) throws(Failure) in
            (id: row.int(0), key: row.text(1))
        }
        ids = stored.map { $0.id }
        let keys = Set(given.map { $0.key } + stored.map { $0.key })
        let loose = Set(given.compactMap { $0.loose })
        names = keys.union(loose).union(domains.map { "@" + $0 })
        let all = try db.all("SELECT DISTINCT lower(address) FROM recipient") { (row) throws(Failure) in row.text(0) }
        recipients = all.filter { address in
            let key = AddressKey.of(address)
            return keys.contains(key) || loose.contains(AddressKey.loose(ofKey: key) ?? key)
        }
        spellings = keys.union(given.map { AddressKey.fold($0.address) }).union(recipients)
    }

    private static let addresses = """
        WITH chosen AS MATERIALIZED (SELECT id, company FROM contact WHERE id = ?),
          c AS MATERIALIZED (\(ContactSQL.addressesOfChosen))
        SELECT DISTINCT a.id, a.key FROM c JOIN address a ON a.id = c.address
        """

    /// What an address may have been erased by.
    static func names(ofKey key: String) -> [String] {
        [key, AddressKey.loose(ofKey: key), "@" + AddressKey.domain(ofKey: key)].compactMap(\.self)
    }

    /// Whether one of the addresses was erased, seen from an account of the company.
    static func isAny(of keys: Set<String>, company: Int64?, _ db: Connection) throws(Failure) -> Bool {
        guard let salt = try salt(db) else { return false }
        for key in keys where !key.isEmpty {
            for name in names(ofKey: key) {
                let isThere = try db.exists(
                    "SELECT 1 FROM erased WHERE hash = ? AND (company = 0 OR company = ?)", hash(name, salt), company)
                guard isThere else { continue }
                if name.utf8.first != UInt8(ascii: "@") { return true }
                // Who had a domain never had the addresses in it that are somebody else's.
                if try !isOfAnother(key, company, db) { return true }
            }
        }
        return false
    }

    /// Whether the address is a contact's that is seen from the company, or an account's.
    private static func isOfAnother(_ key: String, _ company: Int64?, _ db: Connection) throws(Failure) -> Bool {
        try db.exists(
            """
            SELECT 1 FROM contact_address x JOIN contact c ON c.id = x.contact
              WHERE x.key = ?1 AND (c.company = 0 OR c.company = ?3)
            UNION ALL SELECT 1 FROM contact_address x JOIN contact c ON c.id = x.contact
              WHERE x.loose = ?2 AND (c.company = 0 OR c.company = ?3)
            UNION ALL SELECT 1 FROM account WHERE address_key = ?1 AND erasing = 0 LIMIT 1
            """, key, AddressKey.loose(ofKey: key) ?? key, company)
    }

    static func salt(_ db: Connection) throws(Failure) -> [UInt8]? {
        try db.first("SELECT value FROM meta WHERE name = 'erased_salt'") { (row) throws(Failure) in row.bytes(0) }
    }

    static func hash(_ name: String, _ salt: [UInt8]) -> [UInt8] { SHA256.of(salt + Array(name.utf8)) }
}

extension Transaction {
    fileprivate func ban(_ erasure: Erasure) throws(Failure) {
        for address in erasure.recipients {
            let isBusy = try db.exists(
                """
                SELECT 1 FROM recipient r JOIN send s ON s.id = r.send JOIN account a ON a.id = s.account
                WHERE lower(r.address) = ? AND s.state = 'sending' AND (?2 = 0 OR a.company = ?2)
                """, address, erasure.company)
            if isBusy { throw Failure(MR_E_BUSY, "mail is being sent to contact \(erasure.contact)") }
        }
        let salt: [UInt8]
        if let there = try Erasure.salt(db) {
            salt = there
        } else {
            salt = randomBytes(16)
            try db.run("INSERT INTO meta(name, value) VALUES('erased_salt', ?)", salt)
        }
        for name in erasure.names {
            try db.run(
                "INSERT OR IGNORE INTO erased(company, hash) VALUES(?, ?)", erasure.company, Erasure.hash(name, salt))
        }
    }

    /// A contact has the address again: its mail is stored from now on.
    func unban(_ names: [String], of contact: Int64) throws(Failure) {
        guard let salt = try Erasure.salt(db),
            let company = try db.int("SELECT company FROM contact WHERE id = ?", contact)
        else { return }
        // Everybody's contact is every company's.
        for name in names {
            try db.run(
                "DELETE FROM erased WHERE (?1 = 0 OR company = ?1) AND hash = ?2", company, Erasure.hash(name, salt))
        }
    }

    /// - Returns: true while there are more; so do those below.
    fileprivate func eraseMessages(_ erasure: Erasure, _ limit: Int64) throws(Failure) -> Bool {
        let messages = try db.all(
            composed: "SELECT DISTINCT message FROM (\(ContactSQL.heldMessages(of: "= ?"))) LIMIT ?",
            [.int(erasure.contact), .int(limit)]
        ) { (row) throws(Failure) in row.int(0) }
        for message in messages { try erase(message, company: erasure.company) }
        return !messages.isEmpty
    }

    private func erase(_ message: Int64, company: Int64) throws(Failure) {
        let wishes = try db.all("SELECT id, body FROM wish WHERE message = ?", message) { (row) throws(Failure) in
            (id: row.int(0), body: row.optionalInt(1))
        }
        for wish in wishes {
            try db.run("DELETE FROM wish WHERE id = ?", wish.id)
            if let body = wish.body { try releaseBody(body, erase: true) }
        }
        let places = try db.all(
            """
            SELECT p.id, p.folder, p.ref, p.stable, f.account, m.size, m.received_at FROM place p
            JOIN folder f ON f.id = p.folder JOIN account a ON a.id = f.account JOIN message m ON m.id = p.message
            WHERE p.message = ?1 AND (?2 = 0 OR a.company = ?2)
            """, message, company
        ) { (row) throws(Failure) in
            (
                id: row.int(0), folder: row.int(1), ref: row.optionalText(2), stable: row.optionalText(3),
                account: row.int(4), size: row.int(5), date: row.int(6)
            )
        }
        for place in places {
            var counts = FolderCounts()
            try removePlace(place.id, account: place.account, counts: &counts, erase: true)
            try apply(counts, folder: place.folder, account: place.account)
            guard let ref = place.ref else { continue }
            // It is on the server still, and is not fetched again.
            let skipped = Skipped(size: place.size, date: place.date, reason: LeftOut.Reason.erased.rawValue)
            try db.run(
                "INSERT INTO place(id, folder, ref, bits, skipped, stable) VALUES(?, ?, ?, 0, ?, ?)", place.id,
                place.folder, ref, skipped.packed, place.stable)
        }
        let adrift = try db.all(
            "SELECT d.account FROM adrift d JOIN account a ON a.id = d.account WHERE d.message = ?1 AND (?2 = 0 OR a.company = ?2)",
            message, company
        ) { (row) throws(Failure) in row.int(0) }
        for account in adrift { try drown(message, account: account, erase: true) }
        if places.isEmpty, adrift.isEmpty, try db.exists("SELECT 1 FROM message WHERE id = ?", message) {
            try delete(message: message, erase: true)
            change("message", message, account: nil, "removed")
        }
    }

    fileprivate func eraseSends(_ erasure: Erasure, _ limit: Int64) throws(Failure) -> Bool {
        var isAny = false
        for address in erasure.recipients {
            let sends = try db.all(
                """
                SELECT DISTINCT s.id, s.body, s.account FROM recipient r JOIN send s ON s.id = r.send
                JOIN account a ON a.id = s.account
                WHERE lower(r.address) = ?1 AND s.state <> 'sending' AND (?2 = 0 OR a.company = ?2) LIMIT ?3
                """, address, erasure.company, limit
            ) { (row) throws(Failure) in (id: row.int(0), body: row.optionalInt(1), account: row.int(2)) }
            for send in sends { try delete(send: send.id, body: send.body, account: send.account, erase: true) }
            isAny = isAny || !sends.isEmpty
        }
        return isAny
    }

    /// Rows of the log, jobs that have ended, and words of servers that name it.
    fileprivate func eraseTexts(_ erasure: Erasure) throws(Failure) {
        for spelling in erasure.spellings {
            try db.run(
                """
                DELETE FROM log WHERE instr(lower(message || coalesce(server_text, '') || coalesce(advice, '')), ?) > 0
                """, spelling)
            try db.run(
                """
                DELETE FROM job WHERE state NOT IN ('queued', 'running') AND (instr(lower(CAST(params AS TEXT)), ?1) > 0
                  OR instr(lower(CAST(coalesce(result, x'') AS TEXT)), ?1) > 0
                  OR instr(lower(CAST(coalesce(failure, x'') AS TEXT)), ?1) > 0)
                """, spelling)
            try db.run("UPDATE quarantine SET reason = '' WHERE instr(lower(reason), ?) > 0", spelling)
            try db.run("UPDATE account SET server_text = NULL WHERE instr(lower(server_text), ?) > 0", spelling)
        }
    }
}

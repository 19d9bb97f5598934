import Base
import CMailroom

/// What is not kept for the sake of its people: asked about before a body is fetched, and fetched after all when a contact
/// comes that it is from or for.
extension Store {
    /// The domains whose mail among themselves is not kept for an account; nil where all of it is.
    package func excludedDomains(_ account: Int64) throws(Failure) -> [String]? {
        try read { (db) throws(Failure) in
            let company = try db.int(
                """
                SELECT c.id FROM account a JOIN company c ON c.id = a.company
                WHERE a.id = ? AND c.exclude_internal = 1
                """, account)
            guard let company else { return nil }
            let domains = try db.all("SELECT domain FROM company_domain WHERE company = ? LIMIT 1000", company) {
                (row) throws(Failure) in row.text(0)
            }
            return domains.isEmpty ? nil : domains
        }
    }

    /// Whether one of the addresses is that of a contact that is seen from the account.
    package func isAnyContact(_ addresses: [String], account: Int64) throws(Failure) -> Bool {
        try read { (db) throws(Failure) in
            let company = try db.int("SELECT company FROM account WHERE id = ?", account)
            for key in addresses.map(AddressKey.of) where !key.isEmpty {
                let isOne = try db.exists(
                    """
                    SELECT 1 FROM contact_address x JOIN contact c ON c.id = x.contact
                      WHERE x.key = ?1 AND (c.company = 0 OR c.company = ?4)
                    UNION ALL SELECT 1 FROM contact_address x JOIN contact c ON c.id = x.contact
                      WHERE x.loose = ?2 AND (c.company = 0 OR c.company = ?4)
                    UNION ALL SELECT 1 FROM contact_domain d JOIN contact c ON c.id = d.contact
                      WHERE d.domain = ?3 AND (c.company = 0 OR c.company = ?4)
                      AND NOT EXISTS (SELECT 1 FROM account o WHERE o.address_key = ?1 AND o.erasing = 0)
                    LIMIT 1
                    """, key, AddressKey.loose(ofKey: key) ?? key, AddressKey.domain(ofKey: key), company)
                if isOne { return true }
            }
            return false
        }
    }

    /// Whether a message of that Message-ID was sent from here.
    package func hasSend(messageID: String) throws(Failure) -> Bool {
        try read { (db) throws(Failure) in try db.exists("SELECT 1 FROM send WHERE message_id = ?", messageID) }
    }

    /// Of an account, some messages that are to be fetched by now. A folder with more than `mostInFolder` of them is asked about
    /// anew as a whole.
    package func wantedPlaces(_ account: Int64, limit: Int, mostInFolder: Int) throws(Failure) -> [WantedRow] {
        let isAny = try read { (db) throws(Failure) in
            try db.exists("SELECT 1 FROM wanted WHERE account = ?", account)
        }
        guard isAny else { return [] }
        try write(.normal) { (transaction) throws(Failure) in
            let crowded = try transaction.db.all(
                """
                SELECT p.folder FROM wanted w JOIN place p ON p.id = w.place WHERE w.account = ? GROUP BY p.folder
                HAVING count(*) > ?
                """, account, mostInFolder
            ) { (row) throws(Failure) in row.int(0) }
            for folder in crowded {
                try transaction.askAnew(folder: folder)
                try transaction.db.run(
                    "DELETE FROM wanted WHERE place BETWEEN ? AND ?", PlaceID.first(folder), PlaceID.last(folder))
                try transaction.db.run("UPDATE account SET next_sync = NULL WHERE id = ?", account)
            }
        }
        return try read { (db) throws(Failure) in
            try db.all(
                """
                SELECT w.place, p.folder, p.ref, p.skipped FROM wanted w JOIN place p ON p.id = w.place
                JOIN folder f ON f.id = p.folder WHERE w.account = ? AND p.ref IS NOT NULL AND p.message IS NULL
                AND f.leaving = 0 ORDER BY w.place DESC LIMIT ?
                """, account, limit
            ) { (row) throws(Failure) in
                let skipped = Skipped(packed: row.bytes(3))
                return WantedRow(
                    place: row.int(0), folder: row.int(1), ref: row.text(2), size: skipped.size, date: skipped.date)
            }
        }
    }

    /// It cannot be fetched.
    package func forgetWanted(_ place: Int64, lease: Lease) throws(Failure) {
        try write(.normal) { (transaction) throws(Failure) in
            try transaction.require(lease)
            try transaction.db.run("DELETE FROM wanted WHERE place = ?", place)
        }
    }
}

extension Transaction {
    /// The place is none of those any more.
    func forgetLeftOut(_ place: Int64) throws(Failure) {
        try db.run("DELETE FROM left_out WHERE place = ?", place)
        try db.run("DELETE FROM wanted WHERE place = ?", place)
    }

    /// A contact was put or changed: what was left out, and has one of its addresses, is due.
    func wantLeftOut(of contact: Int64) throws(Failure) {
        guard try db.exists("SELECT 1 FROM left_out LIMIT 1") else { return }
        _ = try db.all(composed: Transaction.wanting, [.int(contact)]) { (_) throws(Failure) in 0 }
        guard db.changedRows > 0 else { return }
        try db.run("UPDATE account SET next_sync = NULL WHERE id IN (SELECT account FROM wanted)")
    }

    private static let wanting = """
        WITH chosen AS MATERIALIZED (SELECT id, company FROM contact WHERE id = ?),
          c AS MATERIALIZED (\(ContactSQL.addressesOfChosen))
        INSERT OR IGNORE INTO wanted(place, account)
        SELECT l.place, f.account FROM c JOIN left_out l ON l.address = c.address AND l.contacts = 1
          JOIN place p ON p.id = l.place JOIN folder f ON f.id = p.folder JOIN account b ON b.id = f.account
          WHERE c.company = 0 OR b.company = c.company
        """

    /// A company's domains have changed, or whether its internal mail is kept: what was left out is asked about anew.
    func exclusionChanged(company: Int64) throws(Failure) {
        let accounts = try db.all("SELECT id FROM account WHERE company = ? AND erasing = 0", company) {
            (row) throws(Failure) in row.int(0)
        }
        for account in accounts { try askAboutLeftOut(account: account) }
    }

    /// What the account has left out is asked about anew.
    func askAboutLeftOut(account: Int64) throws(Failure) {
        let folders = try db.all(
            """
            SELECT f.id FROM folder f WHERE f.account = ? AND EXISTS (SELECT 1 FROM left_out l JOIN place p ON p.id = l.place
              WHERE p.folder = f.id)
            """, account
        ) { (row) throws(Failure) in row.int(0) }
        for folder in folders { try askAnew(folder: folder) }
        if !folders.isEmpty { try db.run("UPDATE account SET next_sync = NULL WHERE id = ?", account) }
    }
}

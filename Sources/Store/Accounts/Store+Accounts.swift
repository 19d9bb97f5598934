import Base
import CMailroom

extension Store {
    /// Stores a new account, its settings and secrets, and the job that connects it. Where its company is at its limit it is
    /// `pending`, and the job has ended.
    /// - Throws: `MR_E_EXISTS` (with the account's id) where the same mailbox is connected already or waits to be
    ///   reconnected; `MR_E_KEY` where there are secrets and the store has no key.
    package func insertAccount(
        _ values: AccountValues, grant: NewGrant? = nil, job: NewJob
    ) throws(Failure) -> (account: Int64, job: Int64) {
        let made = try write { (transaction) throws(Failure) -> (account: Int64, job: Int64) in
            let db = transaction.db
            let twin = Store.twin(values.address, values.provider, values.settings)
            try transaction.refuseTwin(twin, except: nil)
            let places = try values.company.map { (company) throws(Failure) in try transaction.places(of: company) }
            try db.run(
                """
                INSERT INTO account(address, provider, user_key, company, display_name, receives, sends, twin, created_at,
                  state, since, sync_health, send_health, moved_at)
                VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, 'enabled', ?, 'none', 'none', ?)
                """, values.address, values.provider, values.userKey, values.company, values.displayName,
                values.receives, values.sends, twin, transaction.now, transaction.now, transaction.now)
            let account = db.lastRowID
            try db.run(
                "UPDATE account SET address_key = ? WHERE id = ?", AddressKey.of(values.address), account)
            for (name, value) in values.settings { try transaction.putSetting(account, name, value) }
            for (name, value) in values.secrets { try transaction.putSecret(account, name, value) }
            if let grant { try transaction.bind(grant, to: account) }
            transaction.change("account", account, account: account, "added")
            var job = job
            job.account = account
            let begun = try transaction.insert(job)
            if let places, places.isFull {
                try transaction.setPending(account, places)
                try transaction.endPending(begun, account)
            }
            return (account, begun)
        }
        StopPoint.accountStored.reach()
        return made
    }

    /// - Throws: `MR_E_NOT_FOUND`, also for an account that was erased.
    package func account(_ id: Int64) throws(Failure) -> AccountRow {
        try read { (db) throws(Failure) in try loadAccount(db, id) }
    }

    /// The account that is the same mailbox by these settings; nil where there is none.
    package func twin(
        of address: String, provider: String, settings: [String: String]
    ) throws(Failure) -> Int64? {
        let twin = Store.twin(address, provider, settings)
        return try read { (db) throws(Failure) in try db.int("SELECT id FROM account WHERE twin = ?", twin) }
    }

    /// All accounts, the disconnected ones, too, in the order in which they were connected.
    package func accounts() throws(Failure) -> [AccountRow] {
        try read { (db) throws(Failure) in
            try db.all(composed: "SELECT \(AccountRow.columns) FROM account a WHERE a.erasing = 0 ORDER BY a.id", []) {
                (row) throws(Failure) in try AccountRow(row, db)
            }
        }
    }

    /// Nil where the account has no secret of that name.
    /// - Throws: `MR_E_KEY` without the key, or where the value was changed or moved within the file.
    package func secret(account: Int64, name: String) throws(Failure) -> [UInt8]? {
        let box = try secretBox()
        let sealed = try read { (db) throws(Failure) in
            try db.first("SELECT value FROM secret WHERE account = ? AND name = ?", account, name) {
                (row) throws(Failure) in row.bytes(0)
            }
        }
        guard let sealed else { return nil }
        return try box.open(sealed, table: "secret", row: account, field: name)
    }

    /// The names of the account's secrets: what can be known without the key.
    package func secretNames(account: Int64) throws(Failure) -> [String] {
        try read { (db) throws(Failure) in
            try db.all("SELECT name FROM secret WHERE account = ? ORDER BY name", account) {
                (row) throws(Failure) in row.text(0)
            }
        }
    }

    func loadAccount(_ db: Connection, _ id: Int64) throws(Failure) -> AccountRow {
        let found = try db.all(
            composed: "SELECT \(AccountRow.columns) FROM account a WHERE a.id = ? AND a.erasing = 0", [.int(id)]
        ) { (row) throws(Failure) in try AccountRow(row, db) }
        guard let account = found.first else { throw .notFound("account \(id)") }
        return account
    }

    static func settings(_ db: Connection, _ account: Int64) throws(Failure) -> [String: String] {
        let pairs = try db.all("SELECT name, value FROM setting WHERE account = ?", account) {
            (row) throws(Failure) in (row.text(0), row.text(1))
        }
        return Dictionary(pairs) { first, _ in first }
    }

    /// What makes two accounts the same mailbox: address, provider, and the settings that say where it is and whose.
    fileprivate static func twin(_ address: String, _ provider: String, _ settings: [String: String]) -> String {
        let telling = settings.filter { setting in
            ["host", "user", "path"].contains { setting.key == $0 || setting.key.hasSuffix("_" + $0) }
        }
        let pairs = telling.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return ([AddressKey.fold(address), provider] + pairs).joined(separator: "\n")
    }
}

extension Transaction {
    /// Changes what is given of an account; nil as the value of a setting or secret removes it, and a company of 0 is none. Its
    /// state stays.
    func updateAccount(
        _ id: Int64, values: AccountChanges, settings: [String: String?], secrets: [String: [UInt8]?]
    ) throws(Failure) {
        let there = try store.loadAccount(db, id)
        for (name, value) in settings {
            if let value {
                try putSetting(id, name, value)
            } else {
                try db.run("DELETE FROM setting WHERE account = ? AND name = ?", id, name)
            }
        }
        for (name, value) in secrets {
            if let value {
                try putSecret(id, name, value)
            } else {
                try db.run("DELETE FROM secret WHERE account = ? AND name = ?", id, name)
            }
        }
        let merged = try Store.settings(db, id)
        let twin = Store.twin(there.address, there.provider, merged)
        try refuseTwin(twin, except: id)
        try db.run(
            """
            UPDATE account SET user_key = coalesce(?, user_key), company = nullif(coalesce(?, company), 0),
              display_name = coalesce(?, display_name), receives = coalesce(?, receives), sends = coalesce(?, sends),
              twin = ? WHERE id = ?
            """, values.userKey, values.company, values.displayName, values.receives, values.sends, twin, id)
        if let company = values.company, company != there.company ?? 0 { try askAboutLeftOut(account: id) }
        change("account", id, account: id, "changed", "settings")
    }

    func putSetting(_ account: Int64, _ name: String, _ value: String) throws(Failure) {
        try db.run("INSERT OR REPLACE INTO setting(account, name, value) VALUES(?, ?, ?)", account, name, value)
    }

    func putSecret(_ account: Int64, _ name: String, _ value: [UInt8]) throws(Failure) {
        let sealed = try store.secretBox().seal(value, table: "secret", row: account, field: name)
        try db.run("INSERT OR REPLACE INTO secret(account, name, value) VALUES(?, ?, ?)", account, name, sealed)
    }

    func refuseTwin(_ twin: String, except: Int64?) throws(Failure) {
        let other = try db.first("SELECT id, address, state FROM account WHERE twin = ?", twin) {
            (row) throws(Failure) in (row.int(0), row.text(1), row.text(2))
        }
        guard let (id, address, state) = other, id != except else { return }
        let line =
            state == "disconnected"
            ? "account \(id) (\(address)) is there already, disconnected: reconnect it"
            : "account \(id) (\(address)) is the same mailbox"
        var failure = Failure(MR_E_EXISTS, line)
        failure.account = id
        failure.advice =
            state == "disconnected"
            ? "Reconnect that account with its password: its mail is still there."
            : "Use that account: look it up by its address. Reconnect it where its settings or its password changed."
        throw failure
    }
}

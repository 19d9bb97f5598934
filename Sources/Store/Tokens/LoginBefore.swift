import Base

/// What an account logged in with before it was reconnected by an authorization: kept with that one, so that an authorization
/// which comes to nothing changes nothing.
struct LoginBefore {
    /// Settings and secrets that were changed; an integer stands for one that was not there.
    private(set) var record = Record()

    private static let absent = Value.int(0)

    /// - Parameter token: whether the token goes as well.
    init(
        _ account: AccountRow, settings: some Collection<String>, secrets: some Collection<String>, token: Bool,
        _ transaction: Transaction
    ) throws(Failure) {
        var old = Record()
        for name in settings { old[name] = account.settings[name].map(Value.text) ?? LoginBefore.absent }
        record["settings"] = .record(old)
        old = Record()
        for name in secrets {
            let sealed = try transaction.db.first(
                "SELECT value FROM secret WHERE account = ? AND name = ?", account.id, name
            ) { (row) throws(Failure) in row.bytes(0) }
            old[name] = sealed.map(Value.bytes) ?? LoginBefore.absent
        }
        record["secrets"] = .record(old)
        record.set("receives", account.receives ? 1 : 0)
        record.set("sends", account.sends ? 1 : 0)
        record.set("attempts", account.health.attempts)
        record.set("first_error_at", account.health.firstErrorAt)
        guard token else { return }
        record["token"] = try transaction.db.first(
            """
            SELECT access, refresh, expires_at, issued_at, scopes, signed_in FROM token
            WHERE account = ? AND (access IS NOT NULL OR refresh IS NOT NULL)
            """, account.id
        ) { (row) throws(Failure) in
            var token = Record()
            token["access"] = row.optionalBytes(0).map(Value.bytes)
            token["refresh"] = row.optionalBytes(1).map(Value.bytes)
            token.set("expires_at", row.optionalInt(2))
            token.set("issued_at", row.int(3))
            token.set("scopes", row.optionalText(4))
            token.set("signed_in", row.optionalText(5))
            return .record(token)
        }
    }

    init(_ bytes: [UInt8]) { record = Unpacker.record(bytes) }

    var bytes: [UInt8] { Packer.record(record) }

    /// An authorization before this one has not come to its end: what was before that holds.
    mutating func take(over older: LoginBefore) {
        for part in older.record.fields {
            guard case .record(let old) = part.value, part.name != "token", case .record(var new)? = record[part.name]
            else {
                record[part.name] = part.value
                continue
            }
            for field in old.fields { new[field.name] = field.value }
            record[part.name] = .record(new)
        }
    }
}

extension Transaction {
    /// What the newest authorization of the account that has not ended keeps.
    func loginBefore(of account: Int64) throws(Failure) -> LoginBefore? {
        let id = try db.int(
            "SELECT id FROM authorization WHERE account = ? AND spent <> 2 ORDER BY id DESC LIMIT 1", account)
        guard let id else { return nil }
        return try authorizationSecrets(id).bytes("before").map { LoginBefore($0) }
    }

    private func authorizationSecrets(_ id: Int64) throws(Failure) -> Record {
        let sealed = try db.first("SELECT secrets FROM authorization WHERE id = ?", id) {
            (row) throws(Failure) in row.bytes(0)
        }
        guard let sealed, !sealed.isEmpty else { return Record() }
        return Unpacker.record(
            try store.secretBox().open(sealed, table: "authorization", row: id, field: "secrets"))
    }

    func keep(_ before: LoginBefore, with authorization: Int64) throws(Failure) {
        var secrets = try authorizationSecrets(authorization)
        secrets["before"] = .bytes(before.bytes)
        let sealed = try store.secretBox().seal(
            Packer.record(secrets), table: "authorization", row: authorization, field: "secrets")
        try db.run("UPDATE authorization SET secrets = ? WHERE id = ?", sealed, authorization)
    }

    /// Gives the account of an authorization back what it had before.
    func takeBack(authorization id: Int64) throws(Failure) {
        let account = try db.int("SELECT account FROM authorization WHERE id = ?", id)
        guard let account, let bytes = try authorizationSecrets(id).bytes("before") else { return }
        let before = LoginBefore(bytes).record
        var changes = AccountChanges()
        changes.receives = before.int("receives") == 1
        changes.sends = before.int("sends") == 1
        var settings: [String: String?] = [:]
        for field in before["settings"]?.record?.fields ?? [] {
            settings.updateValue(field.value.text, forKey: field.name)
        }
        for field in before["secrets"]?.record?.fields ?? [] {
            try db.run("DELETE FROM secret WHERE account = ? AND name = ?", account, field.name)
            guard let sealed = field.value.bytes else { continue }
            try db.run(
                "INSERT INTO secret(account, name, value) VALUES(?, ?, ?)", account, field.name, sealed)
        }
        try updateAccount(account, values: changes, settings: settings, secrets: [:])
        try db.run(
            "UPDATE account SET attempts = ?, first_error_at = ? WHERE id = ? AND state <> 'enabled'",
            before.int("attempts") ?? 0, before.int("first_error_at"), account)
        guard let token = before["token"]?.record else { return }
        try db.run("INSERT OR IGNORE INTO token(account, issued_at) VALUES(?, 0)", account)
        try db.run(
            """
            UPDATE token SET access = ?, refresh = ?, expires_at = ?, issued_at = ?, scopes = ?, signed_in = ?,
              generation = generation + 1 WHERE account = ? AND access IS NULL AND refresh IS NULL
            """, token.bytes("access"), token.bytes("refresh"), token.int("expires_at"), token.int("issued_at") ?? 0,
            token.text("scopes"), token.text("signed_in"), account)
        change("account", account, account: account, "changed", "token")
    }
}

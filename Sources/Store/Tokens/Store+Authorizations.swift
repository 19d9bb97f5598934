import Base
import CMailroom

/// Authorizations that have begun: rows, so that whichever process gets the answer can go on, and so that a code is never
/// sent twice.
extension Store {
    /// - Parameter secrets: stored encrypted.
    package func insertAuthorization(
        state: String, settings: Record, secrets: [String: [UInt8]], expiresAt: Int64
    ) throws(Failure) {
        try write { (transaction) throws(Failure) in
            let db = transaction.db
            // Those that nobody came back for.
            try db.run("DELETE FROM authorization WHERE expires_at < ?", transaction.now - 86_400_000)
            try db.run(
                "INSERT INTO authorization(state, settings, secrets, created_at, expires_at) VALUES(?, ?, x'', ?, ?)",
                state, Packer.record(settings), transaction.now, expiresAt)
            let id = db.lastRowID
            var packed = Record()
            for (name, value) in secrets { packed[name] = .bytes(value) }
            let sealed = try secretBox().seal(
                Packer.record(packed), table: "authorization", row: id, field: "secrets")
            try db.run("UPDATE authorization SET secrets = ? WHERE id = ?", sealed, id)
        }
    }

    /// Whether the authorization of this state was used, or refused: what has ended (`spent` = 2) stays for a day, without
    /// what it held, so that whoever comes with it again is told so.
    package func hasEnded(state: String) throws(Failure) -> Bool {
        try read { (db) throws(Failure) in
            try db.exists("SELECT 1 FROM authorization WHERE state = ? AND spent = 2", state)
        }
    }

    /// Nil where there is none of this state that has not ended.
    package func authorization(state: String) throws(Failure) -> AuthorizationRow? {
        try authorization("state = ?", .text(state))
    }

    /// The newest that was connected to the account, and has not ended.
    package func authorization(account: Int64) throws(Failure) -> AuthorizationRow? {
        try authorization("account = ?", .int(account))
    }

    private func authorization(_ condition: String, _ value: SQLValue) throws(Failure) -> AuthorizationRow? {
        try read { (db) throws(Failure) in
            try db.all(
                composed: """
                    SELECT id, state, settings, secrets, code, spent, expires_at FROM authorization
                    WHERE \(condition) AND spent <> 2
                    ORDER BY id DESC LIMIT 1
                    """, [value]
            ) { (row) throws(Failure) in
                let box = try secretBox()
                let id = row.int(0)
                var secrets: [String: [UInt8]] = [:]
                let clear = try box.open(row.bytes(3), table: "authorization", row: id, field: "secrets")
                for field in Unpacker.record(clear).fields { secrets[field.name] = field.value.bytes }
                return AuthorizationRow(
                    id: id, state: row.text(1), settings: Unpacker.record(row.bytes(2)), secrets: secrets,
                    code: try row.optionalBytes(4).map { (sealed) throws(Failure) in
                        try box.open(sealed, table: "authorization", row: id, field: "code")
                    },
                    isSpent: row.bool(5), expiresAt: row.int(6))
            }.first
        }
    }

    /// Notes, durably, that the code goes to the provider now.
    /// - Returns: false where it went already.
    package func spendAuthorization(_ id: Int64) throws(Failure) -> Bool {
        try write { (transaction) throws(Failure) in
            try transaction.db.run("UPDATE authorization SET spent = 1 WHERE id = ? AND spent = 0", id)
            return transaction.db.changedRows > 0
        }
    }

    /// The provider has not seen the code.
    package func unspendAuthorization(_ id: Int64) throws(Failure) {
        try write { (transaction) throws(Failure) in
            try transaction.db.run("UPDATE authorization SET spent = 0 WHERE id = ?", id)
        }
    }

    /// Its tokens are the account's from here on.
    package func finishAuthorization(_ id: Int64, account: Int64, _ token: NewToken) throws(Failure) {
        try write { (transaction) throws(Failure) in
            var granted = token
            granted.isOfNewGrant = true
            _ = try transaction.putToken(account, granted)
            try transaction.db.run("DELETE FROM authorization WHERE account = ? AND id <> ?", account, id)
            try transaction.endAuthorization(id: id)
        }
    }

    /// It came to nothing: what its account was before is the account again.
    package func dropAuthorization(_ id: Int64) throws(Failure) {
        try write { (transaction) throws(Failure) in
            try transaction.takeBack(authorization: id)
            try transaction.endAuthorization(id: id)
        }
    }
}

extension Transaction {
    /// An authorization that was used up: what it held is gone, and it is known that it was there.
    func endAuthorization(id: Int64) throws(Failure) {
        try db.run("UPDATE authorization SET spent = 2, account = NULL, code = NULL, secrets = x'' WHERE id = ?", id)
    }

    /// The same of those of an account whose code has gone out.
    func endSpentAuthorizations(of account: Int64) throws(Failure) {
        try db.run(
            """
            UPDATE authorization SET spent = 2, account = NULL, code = NULL, secrets = x''
            WHERE account = ? AND spent = 1
            """, account)
    }

    /// Ties an authorization to the account that is connected by it.
    /// - Parameter before: what goes back where nothing comes of it.
    /// - Throws: `MR_E_INVALID` where its state is unknown or too old, or it is another account's.
    func bind(_ grant: NewGrant, to account: Int64, before: LoginBefore? = nil) throws(Failure) {
        let there = try db.first("SELECT id, account, expires_at FROM authorization WHERE state = ?", grant.state) {
            (row) throws(Failure) in (id: row.int(0), account: row.optionalInt(1), expiresAt: row.int(2))
        }
        guard let there, there.account == nil || there.account == account else {
            throw .invalid("state", "is of no authorization that was begun here")
        }
        guard there.expiresAt >= now else { throw .invalid("state", "is too old: begin the authorization anew") }
        let code = try grant.code.map { (clear) throws(Failure) in
            try store.secretBox().seal(clear, table: "authorization", row: there.id, field: "code")
        }
        try db.run(
            "DELETE FROM authorization WHERE account = ? AND id <> ?", account, there.id)
        try db.run(
            "UPDATE authorization SET account = ?, code = ? WHERE id = ? AND spent = 0", account, code, there.id)
        guard db.changedRows > 0 else { throw .invalid("code", "was used already: begin the authorization anew") }
        if let before { try keep(before, with: there.id) }
    }
}

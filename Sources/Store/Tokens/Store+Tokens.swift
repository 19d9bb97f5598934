import Base
import CMailroom

/// The tokens of accounts. Whatever is written of them is on the disk before it is used: a provider that gives a new refresh
/// token with each access token takes the old one no more.
extension Store {
    /// Nil where the account has none.
    /// - Throws: `MR_E_KEY` without the key.
    package func token(account: Int64) throws(Failure) -> TokenRow? {
        let box = try secretBox()
        return try read { (db) throws(Failure) -> TokenRow? in
            try db.first(
                "SELECT access, refresh, expires_at, issued_at, generation, tried_at FROM token WHERE account = ?",
                account
            ) { (row) throws(Failure) in
                TokenRow(
                    access: try row.optionalBytes(0).map { (sealed) throws(Failure) in
                        try box.open(sealed, table: "token", row: account, field: "access")
                    },
                    refresh: try row.optionalBytes(1).map { (sealed) throws(Failure) in
                        try box.open(sealed, table: "token", row: account, field: "refresh")
                    },
                    expiresAt: row.optionalInt(2), issuedAt: row.int(3), generation: row.int(4),
                    triedAt: row.optionalInt(5))
            }
        }
    }

    /// The turn to fetch the account's next token, for so long.
    /// - Returns: nil while a live process (this one, too) has it.
    package func takeTokenTurn(account: Int64, holdMs: Int64) throws(Failure) -> TokenTurn? {
        let owner = try ownerID()
        return try write(.normal, rings: false) { (transaction) throws(Failure) -> TokenTurn? in
            let db = transaction.db
            let now = Clock.boot()
            try db.run("INSERT OR IGNORE INTO token(account, issued_at) VALUES(?, 0)", account)
            let there = try db.first(
                "SELECT holder, turn, until, boot, generation FROM token WHERE account = ?", account
            ) {
                (row) throws(Failure) in
                (
                    holder: row.optionalText(0), turn: row.int(1), until: row.optionalInt(2), boot: row.optionalText(3),
                    generation: row.int(4)
                )
            }
            if let there, let holder = there.holder, there.boot == bootID, now < there.until ?? 0, run.isAlive(holder) {
                return nil
            }
            let turn = (there?.turn ?? 0) &+ 1
            try db.run(
                "UPDATE token SET holder = ?, turn = ?, until = ?, boot = ? WHERE account = ?", owner, turn,
                now &+ holdMs, bootID, account)
            return TokenTurn(account: account, owner: owner, turn: turn, generation: there?.generation ?? 0)
        }
    }

    /// Gives the turn back; one that another has by now is left alone.
    package func endTokenTurn(_ turn: TokenTurn, failed: Bool) {
        _ = try? write(.normal, rings: false) { (transaction) throws(Failure) in
            try transaction.db.run(
                """
                UPDATE token SET holder = NULL, tried_at = CASE WHEN ? THEN ? ELSE tried_at END
                WHERE account = ? AND holder = ? AND turn = ?
                """, failed, transaction.now, turn.account, turn.owner, turn.turn)
        }
    }

    /// - Parameter turn: by which it was fetched. One that lasted too long is no reason to lose a token that nobody else has
    ///   got: it may be that the issuer takes no other refresh token any more.
    /// - Returns: its generation.
    /// - Throws: `MR_E_BUSY` where another came meanwhile, or the account's access was given up.
    package func putToken(account: Int64, _ token: NewToken, turn: TokenTurn? = nil) throws(Failure) -> Int64 {
        try write { (transaction) throws(Failure) in
            if let turn {
                guard
                    try transaction.db.exists(
                        "SELECT 1 FROM token WHERE account = ? AND (generation = ? OR ?) AND turn >= ?", account,
                        turn.generation, token.isOfNewGrant, turn.turn)
                else { throw Failure(MR_E_BUSY, "the account has got another token meanwhile") }
            }
            return try transaction.putToken(account, token)
        }
    }

    /// Tells the change feed that the host is to hand in a token. Once a minute.
    package func wantToken(account: Int64) throws(Failure) {
        try write { (transaction) throws(Failure) in
            let db = transaction.db
            try db.run("INSERT OR IGNORE INTO token(account, issued_at) VALUES(?, 0)", account)
            try db.run(
                "UPDATE token SET wanted_at = ?1 WHERE account = ?2 AND coalesce(wanted_at, 0) NOT BETWEEN ?1 - 60000 AND ?1",
                transaction.now, account)
            guard db.changedRows > 0 else { return }
            transaction.change("account", account, account: account, "changed", "token_wanted")
        }
    }

    /// Takes the account's tokens away.
    package func forgetToken(account: Int64) throws(Failure) {
        try write { (transaction) throws(Failure) in
            try transaction.forgetToken(account)
            transaction.change("account", account, account: account, "changed", "token")
        }
    }
}

extension Transaction {
    /// With what would bring the next one: a code that waits to be sent.
    func forgetToken(_ account: Int64) throws(Failure) {
        try db.run("DELETE FROM token WHERE account = ?", account)
        try db.run("DELETE FROM authorization WHERE account = ?", account)
    }

    func putToken(_ account: Int64, _ token: NewToken) throws(Failure) -> Int64 {
        guard try db.exists("SELECT 1 FROM account WHERE id = ? AND erasing = 0", account) else {
            throw .notFound("account \(account)")
        }
        let box = try store.secretBox()
        let access = try box.seal(token.access, table: "token", row: account, field: "access")
        let refresh = try token.refresh.map { (clear) throws(Failure) in
            try box.seal(clear, table: "token", row: account, field: "refresh")
        }
        let generation = (try db.int("SELECT generation FROM token WHERE account = ?", account) ?? 0) &+ 1
        try db.run("INSERT OR IGNORE INTO token(account, issued_at) VALUES(?, 0)", account)
        try db.run(
            """
            UPDATE token SET access = ?1, refresh = CASE WHEN ?8 THEN ?2 ELSE coalesce(?2, refresh) END, expires_at = ?3,
              issued_at = ?4, scopes = CASE WHEN ?8 THEN ?5 ELSE coalesce(?5, scopes) END,
              signed_in = CASE WHEN ?8 THEN ?6 ELSE coalesce(?6, signed_in) END, generation = ?7, holder = NULL,
              tried_at = NULL, wanted_at = NULL WHERE account = ?9
            """, access, refresh, token.expiresAt, now, token.scopes, token.signedIn, generation, token.isOfNewGrant,
            account)
        // A code that was sent has been answered.
        try endSpentAuthorizations(of: account)
        change("account", account, account: account, "changed", "token")
        return generation
    }
}

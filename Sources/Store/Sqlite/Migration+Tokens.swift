extension Migration {
    /// Access tokens, and authorizations that have begun.
    static let tokens = Migration(
        version: 9,
        sql: """
            -- access, refresh: encrypted. generation: counted up with each access token. holder: the process that fetches the
            -- next one, and turn, a number for each time that it does; until: by the boot clock. tried_at: when that last failed.
            CREATE TABLE token(
              account INTEGER PRIMARY KEY, access BLOB, refresh BLOB, expires_at INTEGER, issued_at INTEGER,
              scopes TEXT, signed_in TEXT, generation INTEGER NOT NULL DEFAULT 0, holder TEXT,
              turn INTEGER NOT NULL DEFAULT 0, until INTEGER, boot TEXT, tried_at INTEGER, wanted_at INTEGER);
            -- settings: packed; secrets, code: encrypted. account: whom it is for, once it has been connected. spent: the code
            -- has gone to the provider, or is about to.
            CREATE TABLE authorization(
              id INTEGER PRIMARY KEY AUTOINCREMENT, state TEXT NOT NULL UNIQUE, settings BLOB NOT NULL,
              secrets BLOB NOT NULL, account INTEGER, code BLOB, spent INTEGER NOT NULL DEFAULT 0,
              created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL);
            CREATE INDEX authorization_account ON authorization(account);
            """)
}

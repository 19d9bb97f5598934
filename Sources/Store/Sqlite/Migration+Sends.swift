extension Migration {
    /// The queue of what is to be sent, its recipients, and each attempt.
    static let sends = Migration(
        version: 3,
        sql: """
            CREATE TABLE send(
              id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, body INTEGER, state TEXT NOT NULL,
              class TEXT, temporary INTEGER NOT NULL DEFAULT 0, message_id TEXT NOT NULL, idempotency_key TEXT,
              digest BLOB NOT NULL, sender TEXT NOT NULL, subject TEXT NOT NULL, size INTEGER NOT NULL,
              utf8 INTEGER NOT NULL, params BLOB NOT NULL, created_at INTEGER NOT NULL, sent_at INTEGER,
              send_at INTEGER, next_attempt INTEGER, attempts INTEGER NOT NULL DEFAULT 0, reason TEXT, cause TEXT,
              advice TEXT, server_text TEXT, smtp INTEGER, enhanced TEXT, attempt INTEGER);
            CREATE UNIQUE INDEX send_key ON send(account, idempotency_key) WHERE idempotency_key IS NOT NULL;
            CREATE INDEX send_state ON send(state, account);
            CREATE INDEX send_message_id ON send(message_id);
            CREATE TABLE recipient(
              id INTEGER PRIMARY KEY AUTOINCREMENT, send INTEGER NOT NULL, address TEXT NOT NULL,
              state TEXT NOT NULL, class TEXT, smtp INTEGER, enhanced TEXT, server_text TEXT, at INTEGER,
              UNIQUE(send, address));
            CREATE TABLE attempt(
              id INTEGER PRIMARY KEY AUTOINCREMENT, send INTEGER NOT NULL, number INTEGER NOT NULL,
              started_at INTEGER NOT NULL, offered_at INTEGER, ended_at INTEGER, outcome TEXT, class TEXT,
              server_text TEXT, smtp INTEGER, enhanced TEXT);
            CREATE INDEX attempt_send ON attempt(send);
            """)
}

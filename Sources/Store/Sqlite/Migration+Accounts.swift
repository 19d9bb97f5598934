extension Migration {
    /// Accounts, leases, jobs, the log, and the change feed.
    ///
    /// `counter` is one row: the next number of the change feed and the end of the block reserved for it (see
    /// Changes), and the next ids of messages and bodies, which are never used twice.
    static let accounts = Migration(
        version: 1,
        sql: """
            CREATE TABLE meta(name TEXT PRIMARY KEY, value ANY) WITHOUT ROWID;
            CREATE TABLE counter(
              id INTEGER PRIMARY KEY CHECK(id = 1), next_change INTEGER NOT NULL, reserved_change INTEGER NOT NULL,
              boot TEXT NOT NULL, pruned_change INTEGER NOT NULL, next_message INTEGER NOT NULL,
              next_body INTEGER NOT NULL, address_epoch INTEGER NOT NULL);
            INSERT INTO counter VALUES(1, 1, 0, '', 0, 1, 1, 0);
            CREATE TABLE company(id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, name TEXT);
            CREATE TABLE account(
              id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL, provider TEXT NOT NULL, user_key TEXT,
              company INTEGER, display_name TEXT, receives INTEGER NOT NULL, sends INTEGER NOT NULL,
              twin TEXT UNIQUE, erasing INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL,
              state TEXT NOT NULL, since INTEGER NOT NULL, reason TEXT, cause TEXT, class TEXT, advice TEXT,
              server_text TEXT, sync_health TEXT NOT NULL, send_health TEXT NOT NULL, first_error_at INTEGER,
              last_success INTEGER, last_attempt INTEGER, next_attempt INTEGER, attempts INTEGER NOT NULL DEFAULT 0,
              stale_since INTEGER, last_sync INTEGER, next_sync INTEGER,
              activity TEXT NOT NULL DEFAULT 'idle', done INTEGER NOT NULL DEFAULT 0, total INTEGER,
              moved_at INTEGER NOT NULL DEFAULT 0, messages INTEGER NOT NULL DEFAULT 0,
              unseen INTEGER NOT NULL DEFAULT 0);
            CREATE TABLE setting(
              account INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
              PRIMARY KEY(account, name)) WITHOUT ROWID;
            CREATE TABLE secret(
              account INTEGER NOT NULL, name TEXT NOT NULL, value BLOB NOT NULL,
              PRIMARY KEY(account, name)) WITHOUT ROWID;
            CREATE TABLE state(
              account INTEGER NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,
              PRIMARY KEY(account, key)) WITHOUT ROWID;
            CREATE TABLE lease(
              account INTEGER PRIMARY KEY, owner TEXT, epoch INTEGER NOT NULL, boot TEXT NOT NULL,
              expires INTEGER NOT NULL, deadline INTEGER NOT NULL, void INTEGER NOT NULL DEFAULT 0);
            CREATE TABLE job(
              id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, account INTEGER, state TEXT NOT NULL,
              on_death TEXT NOT NULL, params BLOB NOT NULL, secrets BLOB, owner TEXT, done INTEGER NOT NULL DEFAULT 0,
              total INTEGER, note TEXT, created_at INTEGER NOT NULL, started_at INTEGER, finished_at INTEGER,
              result BLOB, failure BLOB, cancel INTEGER NOT NULL DEFAULT 0,
              claims INTEGER NOT NULL DEFAULT 0);
            CREATE INDEX job_open ON job(state) WHERE state IN ('queued', 'running');
            CREATE TABLE log(
              id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER, level TEXT NOT NULL, what TEXT NOT NULL,
              message TEXT NOT NULL, cause TEXT, class TEXT, code TEXT, step TEXT, server_text TEXT, advice TEXT,
              first_at INTEGER NOT NULL, at INTEGER NOT NULL, count INTEGER NOT NULL);
            CREATE INDEX log_same ON log(account, what, cause);
            CREATE INDEX log_at ON log(at);
            CREATE TABLE change(
              number INTEGER PRIMARY KEY, count INTEGER NOT NULL, kind TEXT NOT NULL, row INTEGER NOT NULL,
              account INTEGER, what TEXT NOT NULL, detail TEXT, at INTEGER NOT NULL);
            """)
}

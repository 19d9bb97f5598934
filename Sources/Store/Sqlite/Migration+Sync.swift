extension Migration {
    /// What a sync in both directions needs: wishes, stable ids, messages between two places, quarantine, policies.
    ///
    /// `folder.stable` and `place.stable` are the server's own names that outlive a rename or a move. `place.wish` is the
    /// youngest wish that concerns a place; while it is open, `bits` and `flags` are what is wished, and
    /// `server_bits`, `server_flags` what the server has. A place that waits for its reference has `ref` NULL and a
    /// wish. `place.leaving` is 1 where the message is wished away: such a place is not shown. `adrift` are messages
    /// whose last place is gone: they are removed when a whole round of their account, begun after that, has not
    /// found them elsewhere. `message.partial` is 1 where only the header was fetched. `folder.next_sync` NULL: at
    /// once.
    static let sync = Migration(
        version: 4,
        sql: """
            ALTER TABLE folder ADD COLUMN stable TEXT;
            ALTER TABLE folder ADD COLUMN status BLOB;
            ALTER TABLE folder ADD COLUMN status_until INTEGER;
            ALTER TABLE folder ADD COLUMN namespace TEXT NOT NULL DEFAULT 'personal';
            ALTER TABLE folder ADD COLUMN rights TEXT;
            ALTER TABLE folder ADD COLUMN role_set TEXT;
            ALTER TABLE folder ADD COLUMN sync_set INTEGER;
            ALTER TABLE folder ADD COLUMN mode_set TEXT;
            ALTER TABLE folder ADD COLUMN interval_set INTEGER;
            ALTER TABLE folder ADD COLUMN since_set INTEGER;
            ALTER TABLE folder ADD COLUMN next_sync INTEGER;
            ALTER TABLE folder ADD COLUMN push TEXT;
            ALTER TABLE folder ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE folder ADD COLUMN refused TEXT;
            ALTER TABLE folder ADD COLUMN walk INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE place ADD COLUMN stable TEXT;
            ALTER TABLE place ADD COLUMN wish INTEGER;
            ALTER TABLE place ADD COLUMN server_bits INTEGER;
            ALTER TABLE place ADD COLUMN server_flags TEXT;
            ALTER TABLE place ADD COLUMN leaving INTEGER NOT NULL DEFAULT 0;
            CREATE INDEX place_stable ON place(stable) WHERE stable IS NOT NULL;
            ALTER TABLE message ADD COLUMN partial INTEGER NOT NULL DEFAULT 0;
            CREATE INDEX message_partial ON message(message_key) WHERE partial = 1;
            DROP INDEX message_thread;
            CREATE INDEX message_thread ON message(thread, date);
            CREATE INDEX account_due ON account(state, coalesce(next_sync, 0));
            CREATE TABLE adrift(
              message INTEGER PRIMARY KEY, account INTEGER NOT NULL, since INTEGER NOT NULL, stable TEXT);
            CREATE INDEX adrift_account ON adrift(account, since);
            CREATE INDEX adrift_stable ON adrift(stable) WHERE stable IS NOT NULL;
            CREATE TABLE wish(
              id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, kind TEXT NOT NULL, place INTEGER,
              folder INTEGER, message INTEGER, target INTEGER, target_place INTEGER, params BLOB NOT NULL,
              body INTEGER, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next_attempt INTEGER,
              begun INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL, ended_at INTEGER, outcome TEXT,
              reason TEXT, cause TEXT, server_text TEXT);
            CREATE INDEX wish_open ON wish(account, id) WHERE state = 'open';
            CREATE INDEX wish_place ON wish(place) WHERE state = 'open';
            CREATE INDEX wish_target ON wish(target_place) WHERE target_place IS NOT NULL;
            CREATE INDEX wish_done ON wish(target, ended_at) WHERE state = 'done';
            CREATE TABLE quarantine(
              place INTEGER PRIMARY KEY, account INTEGER NOT NULL, tries INTEGER NOT NULL, next_try INTEGER NOT NULL,
              reason TEXT NOT NULL);
            CREATE INDEX quarantine_due ON quarantine(account, next_try);
            CREATE TABLE policy(
              id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL UNIQUE, keep TEXT NOT NULL,
              since INTEGER, max_size INTEGER);
            """)
}

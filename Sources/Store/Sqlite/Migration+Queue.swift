extension Migration {
    /// What the queue needs to lose nothing and to explain everything: batches, pacing, Sent copies, bounces.
    ///
    /// `send.due` is the later of `send_at` and `next_attempt`, 0 for at once. `send.copy` is what has become of the Sent
    /// copy: NULL where none is wanted, else wanted, wished, server (it keeps its own), done or lost. `send.echo` is the
    /// stored message that this send is; `send.answers` the one that it answers. `check_at` is when somebody looks at
    /// the send next: for what became of it, `checks` times so far, or for its copy. `send.template` is the packed
    /// content of one of a batch, which is composed when its turn comes. `send.try_after` is from when on a temporary
    /// failure, which is not tried again by itself, is worth sending again. `http` and `code` are of providers with an API:
    /// the reply code of SMTP has a column of its own. `spent` holds what each account has offered, by the attempt's id,
    /// for the windows of its limits; it outlives the sends. `send.former` counts the attempts that were made before a
    /// person sent it again. `batch_account` has the author that stands in From where that account sends.
    /// `send_of_batch` and `send_of_state` are for lists, a page at a time in the order of the ids; the others count.
    /// `account.send_after` is until when the whole
    /// queue of an account waits, because its provider's limit is reached. `message.report` is what a machine
    /// wrote it for (bounce, delay, receipt, auto_reply, abuse), `message.send` the send that it is about. `log.send` is the latest send
    /// that a row of the log is about.
    static let queue = Migration(
        version: 5,
        sql: """
            ALTER TABLE send ADD COLUMN batch INTEGER;
            ALTER TABLE send ADD COLUMN template BLOB;
            ALTER TABLE send ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE send ADD COLUMN auto_retry INTEGER NOT NULL DEFAULT 1;
            ALTER TABLE send ADD COLUMN former INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE send ADD COLUMN due INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE send ADD COLUMN answers INTEGER;
            ALTER TABLE send ADD COLUMN thread INTEGER;
            ALTER TABLE send ADD COLUMN copy TEXT;
            ALTER TABLE send ADD COLUMN echo INTEGER;
            ALTER TABLE send ADD COLUMN check_at INTEGER;
            ALTER TABLE send ADD COLUMN checks INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE send ADD COLUMN bounced_at INTEGER;
            UPDATE send SET due = max(coalesce(send_at, 0), coalesce(next_attempt, 0));
            CREATE INDEX send_due ON send(account, priority DESC, due, id) WHERE state IN ('queued', 'retry_wait');
            CREATE INDEX send_batch ON send(batch, state, account) WHERE batch IS NOT NULL;
            CREATE INDEX send_of_batch ON send(batch) WHERE batch IS NOT NULL;
            CREATE INDEX send_of_state ON send(state);
            CREATE INDEX send_check ON send(account, check_at) WHERE check_at IS NOT NULL;
            CREATE INDEX send_thread ON send(thread) WHERE thread IS NOT NULL;
            ALTER TABLE recipient ADD COLUMN report TEXT;
            ALTER TABLE recipient ADD COLUMN reported_at INTEGER;
            ALTER TABLE recipient ADD COLUMN remote TEXT;
            ALTER TABLE recipient ADD COLUMN temporary INTEGER;
            ALTER TABLE recipient ADD COLUMN cause TEXT;
            ALTER TABLE recipient ADD COLUMN advice TEXT;
            CREATE INDEX recipient_address ON recipient(lower(address));
            ALTER TABLE attempt ADD COLUMN account INTEGER;
            ALTER TABLE send ADD COLUMN try_after INTEGER;
            ALTER TABLE send ADD COLUMN http INTEGER;
            ALTER TABLE send ADD COLUMN code TEXT;
            ALTER TABLE attempt ADD COLUMN http INTEGER;
            ALTER TABLE attempt ADD COLUMN code TEXT;
            CREATE TABLE spent(
              id INTEGER PRIMARY KEY, account INTEGER NOT NULL, host TEXT NOT NULL, at INTEGER NOT NULL,
              recipients INTEGER NOT NULL);
            CREATE INDEX spent_account ON spent(account, at, recipients);
            CREATE INDEX spent_host ON spent(host, at, recipients);
            CREATE TABLE pacing(
              id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER UNIQUE, host TEXT UNIQUE,
              messages_minute INTEGER, messages_hour INTEGER, messages_day INTEGER, recipients_minute INTEGER,
              recipients_hour INTEGER, recipients_day INTEGER, recipients_message INTEGER, max_size INTEGER);
            ALTER TABLE account ADD COLUMN send_after INTEGER;
            ALTER TABLE account ADD COLUMN send_after_class TEXT;
            ALTER TABLE account ADD COLUMN send_after_reason TEXT;
            CREATE TABLE batch(
              id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, idempotency_key TEXT UNIQUE, digest BLOB NOT NULL,
              template BLOB NOT NULL, state TEXT NOT NULL, owner TEXT,
              created_at INTEGER NOT NULL, ended_at INTEGER);
            CREATE TABLE batch_account(
              batch INTEGER NOT NULL, account INTEGER NOT NULL, sender TEXT NOT NULL, name TEXT,
              PRIMARY KEY(batch, account)) WITHOUT ROWID;
            CREATE INDEX batch_state ON batch(state) WHERE state NOT IN ('done', 'cancelled');
            CREATE INDEX batch_of_account ON batch_account(account, batch);
            ALTER TABLE message ADD COLUMN report TEXT;
            ALTER TABLE message ADD COLUMN send INTEGER;
            CREATE INDEX message_send ON message(send) WHERE send IS NOT NULL;
            ALTER TABLE log ADD COLUMN send INTEGER;
            """)
}

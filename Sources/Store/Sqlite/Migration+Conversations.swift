extension Migration {
    /// Who spoke last in a thread, what answers what, and the words that are searched for.
    static let conversations = Migration(
        version: 7,
        sql: """
            -- 1: written by one of the store's own accounts.
            ALTER TABLE message ADD COLUMN outgoing INTEGER NOT NULL DEFAULT 0;
            -- Of the subject without Re: and Fwd:, as in thread_ref; only where a message has nothing else to go by.
            ALTER TABLE thread ADD COLUMN subject_key INTEGER;
            CREATE INDEX thread_subject ON thread(subject_key, last_at) WHERE subject_key IS NOT NULL;
            CREATE INDEX thread_last ON thread(last_at);
            ALTER TABLE thread ADD COLUMN last_in INTEGER;
            ALTER TABLE thread ADD COLUMN last_out INTEGER;
            -- The first message of a person since ours; NULL where the last word is ours.
            ALTER TABLE thread ADD COLUMN waiting_since INTEGER;
            CREATE INDEX thread_waiting ON thread(waiting_since) WHERE waiting_since IS NOT NULL;
            -- From the first message of a person to our first one after it.
            ALTER TABLE thread ADD COLUMN first_reply_ms INTEGER;
            ALTER TABLE send ADD COLUMN replied INTEGER;
            ALTER TABLE send ADD COLUMN replied_at INTEGER;
            """)
}

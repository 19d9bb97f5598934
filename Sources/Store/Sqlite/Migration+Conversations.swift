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
            CREATE INDEX thread_in ON thread(last_in) WHERE last_in IS NOT NULL;
            CREATE INDEX thread_out ON thread(last_out) WHERE last_out IS NOT NULL;
            ALTER TABLE send ADD COLUMN replied INTEGER;
            ALTER TABLE send ADD COLUMN replied_at INTEGER;
            CREATE INDEX send_replied ON send(replied) WHERE replied IS NOT NULL;
            -- Between which dates the folder's messages lie, or more: it is never made narrower.
            ALTER TABLE folder ADD COLUMN oldest INTEGER;
            ALTER TABLE folder ADD COLUMN newest INTEGER;
            CREATE INDEX place_unseen ON place(folder, message) WHERE message IS NOT NULL AND bits & 1 = 0;
            UPDATE folder SET (oldest, newest) = (SELECT min(m.date), max(m.date) FROM place p
              JOIN message m ON m.id = p.message WHERE p.folder = folder.id);
            """)
}

extension Migration {
    /// Who spoke last in a thread, what answers what, and the words that are searched for.
    ///
    /// `message.voice` is who speaks by it: 0 nobody (a machine, a draft, what lies in the junk), 1 a person outside, 2 one
    /// of the store's own accounts. `thread.subject_key` is made of the subject without Re: and the like;
    /// `thread.orphan` is 1 while the thread has an answer that names nothing, and what it answers has not come. `unindexed` are the messages
    /// whose words `words` does not have yet.
    static let conversations = Migration(
        version: 7,
        sql: """
            -- 1: written by one of the store's own accounts.
            ALTER TABLE message ADD COLUMN outgoing INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE message ADD COLUMN voice INTEGER NOT NULL DEFAULT 0;
            DROP INDEX message_thread;
            CREATE INDEX message_thread ON message(thread, date, voice);
            ALTER TABLE thread ADD COLUMN subject_key INTEGER;
            ALTER TABLE thread ADD COLUMN orphan INTEGER NOT NULL DEFAULT 0;
            CREATE INDEX thread_subject ON thread(subject_key, last_at) WHERE subject_key IS NOT NULL;
            CREATE INDEX thread_orphan ON thread(subject_key, first_at) WHERE orphan = 1;
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
            CREATE VIRTUAL TABLE words USING fts5(
              subject, people, body, tokenize = 'unicode61 remove_diacritics 2', columnsize = 0);
            CREATE TABLE unindexed(message INTEGER PRIMARY KEY, account INTEGER);
            \(filling)
            """)

    /// What is stored already gets its new columns.
    private static let filling = """
        UPDATE folder SET (oldest, newest) = (SELECT min(m.date), max(m.date) FROM place p
          JOIN message m ON m.id = p.message WHERE p.folder = folder.id);
        INSERT INTO unindexed(message, account) SELECT m.id, (SELECT f.account FROM place p
          JOIN folder f ON f.id = p.folder WHERE p.message = m.id LIMIT 1) FROM message m;
        UPDATE message SET outgoing = 1 WHERE id IN (
          SELECT s.message FROM account a JOIN address d ON d.key = a.address_key
            JOIN participant s ON s.address = d.id WHERE s.source & 1
          UNION SELECT p.message FROM folder f JOIN place p ON p.folder = f.id AND p.message IS NOT NULL
            WHERE coalesce(f.role_set, f.role) = 'sent');
        UPDATE message SET voice = 1 + outgoing WHERE report IS NULL;
        UPDATE message SET voice = 0 WHERE id IN (
          SELECT p.message FROM message m JOIN place p ON p.message = m.id AND p.leaving = 0
            JOIN folder f ON f.id = p.folder GROUP BY m.id
          HAVING min(iif(m.outgoing, p.bits & 8 OR coalesce(f.role_set, f.role, '') = 'drafts',
            coalesce(f.role_set, f.role, '') IN ('junk', 'trash'))));
        \(Transaction.tellThreads) WHERE messages > 0;
        WITH reply AS (SELECT s.id send, m.id message, min(m.date) date FROM message m
            JOIN send s ON s.message_id = m.in_reply_to
            WHERE m.in_reply_to IS NOT NULL AND m.voice = 1 AND s.sent_at IS NOT NULL GROUP BY s.id)
          UPDATE send SET replied = reply.message, replied_at = reply.date FROM reply WHERE reply.send = send.id;
        """
}

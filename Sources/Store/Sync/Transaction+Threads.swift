import Base
import CMailroom

/// Threads by Message-ID, In-Reply-To and References (RFC 5322, section 3.6.4) and by what the provider calls a thread:
/// every id that a message names leads to a thread, whether its message is stored or not. A message that names ids of two
/// threads joins them; the one that was there first stays, and the row of the other points to it. What names nothing is
/// looked for by its subject (`Transaction+SubjectThreads`).
extension Transaction {
    /// The thread of a message that is about to be stored.
    struct Joining {
        let thread: Int64
        /// There was more in it before: who spoke last must be found out anew.
        let isOld: Bool
    }

    /// The thread of a new message, which counts it.
    /// - Parameters:
    ///   - account: that brings it: names that a provider gives to threads are good within it.
    ///   - voice: who speaks by it (`message.voice`).
    func thread(for message: PreparedMessage, account: Int64, voice: Int64) throws(Failure) -> Joining {
        let summary = message.incoming.summary
        var keys = [message.key].compactMap(\.self) + message.relatives
        if let name = message.incoming.threadName { keys.append(messageKey("\(account) \(name)")) }
        var unknown: [Int64] = []
        var roots: [Int64] = []
        for key in keys {
            let root = try db.int(
                """
                SELECT coalesce(t.joined, t.id) FROM thread_ref r JOIN thread t ON t.id = r.thread WHERE r.key = ?
                """, key)
            if let root {
                if !roots.contains(root) { roots.append(root) }
            } else {
                unknown.append(key)
            }
        }
        let subject = ThreadSubject(summary)
        let same = try threads(like: message, subject, but: roots)
        roots += same
        // An answer whose question has not come yet, as far as subjects tell.
        let isOrphan = subject.isOrphan && same.isEmpty
        let thread: Int64
        if let first = roots.min() {
            thread = first
            for other in roots where other != first { try join(other, to: first) }
            try db.run(
                """
                UPDATE thread SET subject = CASE WHEN messages = 0 OR ?2 < first_at THEN ?1 ELSE subject END,
                  first_at = CASE WHEN messages = 0 THEN ?2 ELSE min(first_at, ?2) END,
                  last_at = CASE WHEN messages = 0 THEN ?2 ELSE max(last_at, ?2) END, messages = messages + 1,
                  orphan = iif(?6, 0, max(orphan, ?4)),
                  subject_key = CASE WHEN messages = 0 OR ?2 < first_at THEN coalesce(?5, subject_key)
                    ELSE coalesce(subject_key, ?5) END
                WHERE id = ?3
                """, summary.subject, summary.date, thread, isOrphan, subject.key,
                !subject.isOrphan && !same.isEmpty)
        } else {
            try db.run(
                """
                INSERT INTO thread(subject, messages, first_at, last_at, last_in, last_out, waiting_since, subject_key,
                  orphan)
                VALUES(?1, 1, ?2, ?2, iif(?3 = 1, ?2, NULL), iif(?3 = 2, ?2, NULL), iif(?3 = 1, ?2, NULL), ?4, ?5)
                """, summary.subject, summary.date, voice, subject.key, isOrphan)
            thread = db.lastRowID
        }
        for key in unknown { try db.run("INSERT OR REPLACE INTO thread_ref(key, thread) VALUES(?, ?)", key, thread) }
        return Joining(thread: thread, isOld: !roots.isEmpty)
    }

    private func join(_ other: Int64, to thread: Int64) throws(Failure) {
        try db.run("UPDATE message SET thread = ? WHERE thread = ?", thread, other)
        try db.run("UPDATE send SET thread = ? WHERE thread = ?", thread, other)
        try db.run("UPDATE thread SET joined = ? WHERE joined = ? OR id = ?", thread, other, other)
        try db.run(
            """
            UPDATE thread SET messages = (SELECT count(*) FROM message WHERE thread = ?1),
              orphan = max(thread.orphan, o.orphan),
              subject_key = iif(o.first_at < thread.first_at, coalesce(o.subject_key, thread.subject_key),
                coalesce(thread.subject_key, o.subject_key))
            FROM thread o WHERE o.id = ?2 AND thread.id = ?1
            """, thread, other)
        try db.run("UPDATE thread SET messages = 0, subject_key = NULL, orphan = 0 WHERE id = ?", other)
        try redate(thread)
        try healLacking(thread)
        tell(thread)
        change("thread", other, account: nil, "removed", "joined")
        change("thread", thread, account: nil, "changed", "joined")
    }

    /// A message of the thread was removed.
    func leaveThread(_ thread: Int64) throws(Failure) {
        try db.run("UPDATE thread SET messages = max(messages - 1, 0) WHERE id = ?", thread)
        try redate(thread)
        tell(thread)
    }

    /// Dates and subject from the messages that are there: the ends of an index, however long the thread is.
    private func redate(_ thread: Int64) throws(Failure) {
        try db.run(
            """
            UPDATE thread SET first_at = coalesce((SELECT min(date) FROM message WHERE thread = ?1), first_at),
              last_at = coalesce((SELECT max(date) FROM message WHERE thread = ?1), last_at),
              subject = coalesce((SELECT subject FROM message WHERE thread = ?1 ORDER BY date, id LIMIT 1), '')
            WHERE id = ?1
            """, thread)
    }

    /// Has it found out anew, by the end of the transaction, who spoke last in the thread, and who waits.
    func tell(_ thread: Int64) { untold.insert(thread) }

    func tellUntold() throws(Failure) {
        for thread in untold.sorted() { try db.run(Transaction.tellThread, thread) }
        untold = []
    }

    /// Each date is the first or last of its kind along an index. What was sent from here and has not come back as a copy
    /// counts as well.
    static let tellThread: StaticString = """
        UPDATE thread SET (last_in, last_out, waiting_since, first_reply_ms) = (
          WITH said(first_in, last_in, last_out) AS MATERIALIZED (SELECT
            (SELECT date FROM message WHERE thread = thread.id AND voice = 1 ORDER BY date LIMIT 1),
            (SELECT date FROM message WHERE thread = thread.id AND voice = 1 ORDER BY date DESC LIMIT 1),
            nullif(max(
              coalesce((SELECT date FROM message WHERE thread = thread.id AND voice = 2 ORDER BY date DESC LIMIT 1),
                -9223372036854775808),
              coalesce((SELECT max(sent_at) FROM send WHERE thread = thread.id AND echo IS NULL), -9223372036854775808)),
              -9223372036854775808))
          SELECT last_in, last_out,
            (SELECT date FROM message WHERE thread = thread.id AND voice = 1
              AND date > coalesce(last_out, -9223372036854775808) ORDER BY date LIMIT 1),
            (SELECT min(at) FROM (
              SELECT (SELECT date FROM message WHERE thread = thread.id AND voice = 2 AND date > first_in
                ORDER BY date LIMIT 1) at
              UNION ALL SELECT min(sent_at) FROM send
                WHERE thread = thread.id AND echo IS NULL AND sent_at > first_in)) - first_in
          FROM said)
        WHERE id = ?
        """

    /// The same for every thread.
    static let tellThreads = tellThread.description.dropLast("WHERE id = ?".utf8.count)
}

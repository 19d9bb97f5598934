import Base
import CMailroom

/// Threads by Message-ID, In-Reply-To and References (RFC 5322, section 3.6.4): every id that a message names leads to
/// a thread, whether its message is stored or not. A message that names ids of two threads joins them; the one that was
/// there first stays, and the row of the other points to it.
extension Transaction {
    /// The thread of a new message, which counts it.
    func thread(for message: PreparedMessage) throws(Failure) -> Int64 {
        let summary = message.incoming.summary
        let keys = [message.key].compactMap(\.self) + message.relatives
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
        let thread: Int64
        if let first = roots.min() {
            thread = first
            for other in roots where other != first { try join(other, to: first) }
            try db.run(
                """
                UPDATE thread SET subject = CASE WHEN messages = 0 OR ?2 < first_at THEN ?1 ELSE subject END,
                  first_at = CASE WHEN messages = 0 THEN ?2 ELSE min(first_at, ?2) END,
                  last_at = CASE WHEN messages = 0 THEN ?2 ELSE max(last_at, ?2) END, messages = messages + 1
                WHERE id = ?3
                """, summary.subject, summary.date, thread)
        } else {
            try db.run(
                "INSERT INTO thread(subject, messages, first_at, last_at) VALUES(?, 1, ?, ?)", summary.subject,
                summary.date,
                summary.date)
            thread = db.lastRowID
        }
        for key in unknown { try db.run("INSERT OR REPLACE INTO thread_ref(key, thread) VALUES(?, ?)", key, thread) }
        return thread
    }

    private func join(_ other: Int64, to thread: Int64) throws(Failure) {
        try db.run("UPDATE message SET thread = ? WHERE thread = ?", thread, other)
        try db.run("UPDATE send SET thread = ? WHERE thread = ?", thread, other)
        try db.run("UPDATE thread SET joined = ? WHERE joined = ? OR id = ?", thread, other, other)
        try db.run("UPDATE thread SET messages = 0 WHERE id = ?", other)
        try db.run(
            "UPDATE thread SET messages = (SELECT count(*) FROM message WHERE thread = ?1) WHERE id = ?1", thread)
        try redate(thread)
        try healLacking(thread)
        change("thread", other, account: nil, "removed", "joined")
        change("thread", thread, account: nil, "changed", "joined")
    }

    /// A message of the thread was removed.
    func leaveThread(_ thread: Int64) throws(Failure) {
        try db.run("UPDATE thread SET messages = max(messages - 1, 0) WHERE id = ?", thread)
        try redate(thread)
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
}

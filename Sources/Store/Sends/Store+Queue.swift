import Base
import CMailroom

/// The queue of what is to be sent (design, section 8):
/// queued -> sending -> sent | retry_wait | failed | outcome_unknown; bounced and cancelled beside them.
/// Each step is one durable transaction.
extension Store {
    /// Queues a message; durable when it returns. The body is held until the send is removed.
    /// - Returns: `existed` where a send of the same account, key and content is there already: then its id.
    /// - Throws: `MR_E_EXISTS` where the key came with other content; `MR_E_NOT_FOUND` for the account or the body;
    ///   `MR_E_INVALID` without recipients.
    package func insertSend(_ send: NewSend) throws(Failure) -> (id: Int64, existed: Bool) {
        var recipients: [String] = []
        for address in send.recipients where !recipients.contains(address) { recipients.append(address) }
        guard !recipients.isEmpty else { throw .invalid("recipients", "there are none") }
        let result = try write { (transaction) throws(Failure) -> (id: Int64, existed: Bool) in
            let db = transaction.db
            try transaction.requireAccount(send.account)
            if let key = send.idempotencyKey {
                let there = try db.first(
                    "SELECT id, digest FROM send WHERE account = ? AND idempotency_key = ?", send.account, key
                ) { (row) throws(Failure) in (row.int(0), row.bytes(1)) }
                if let (id, digest) = there {
                    if digest == send.contentDigest { return (id, true) }
                    throw Failure(MR_E_EXISTS, "send \(id) has the same idempotency_key and other content")
                }
            }
            let id = try transaction.insert(send, recipients)
            return (id, false)
        }
        if !result.existed { StopPoint.sendQueued.reach() }
        return result
    }

    /// Of a send `s` and its account `a` at the time ?1: its time has come, and the account's mail is not held: pending,
    /// connection_issue, disconnected; and in error by its login or by the provider, unless it is time to try that again.
    private static let isDue = """
        s.state IN ('queued', 'retry_wait') AND s.due <= ?1 AND \(Store.batchRuns)
          AND a.erasing = 0 AND a.state NOT IN ('pending', 'connection_issue', 'disconnected')
          AND NOT (a.state = 'error' AND coalesce(a.class, '') IN ('auth', 'suspended')
            AND (a.next_attempt IS NULL OR a.next_attempt > ?1))
        """

    /// Sends whose time has come, the higher priority first, then the older.
    /// - Parameters:
    ///   - account: nil: of all accounts.
    ///   - only: this send, if it is one of them.
    package func dueSends(now: Int64, limit: Int, account: Int64?, only: Int64? = nil) throws(Failure) -> [SendRow] {
        try read { (db) throws(Failure) in
            try db.all(
                composed: """
                    SELECT \(SendRow.columns) FROM send s JOIN account a ON a.id = s.account
                    WHERE \(Store.isDue) AND (?2 = 0 OR s.account = ?2) AND (?3 = 0 OR s.id = ?3)
                    ORDER BY s.priority DESC, s.id LIMIT ?4
                    """, [.int(now), .int(account ?? 0), .int(only ?? 0), .int(Int64(max(limit, 0)))]
            ) { (row) throws(Failure) in try SendRow(row, db) }
        }
    }

    /// The accounts that have such sends, however many one of them has.
    package func dueAccounts(now: Int64) throws(Failure) -> Set<Int64> {
        try read { (db) throws(Failure) in
            Set(
                try db.all(
                    composed:
                        "SELECT DISTINCT s.account FROM send s JOIN account a ON a.id = s.account WHERE \(Store.isDue)",
                    [.int(now)]
                ) { (row) throws(Failure) in row.int(0) })
        }
    }

    /// When the next send of the queue is due; nil where none waits for a time.
    package func nextSendTime(after now: Int64) throws(Failure) -> Int64? {
        try read { (db) throws(Failure) in
            try db.int(
                """
                SELECT min(due) FROM send WHERE state IN ('queued', 'retry_wait') AND due > ?
                """, now)
        }
    }

    /// - Throws: `MR_E_NOT_FOUND`.
    package func sendRow(_ id: Int64) throws(Failure) -> SendRow {
        try read { (db) throws(Failure) in try SendRow.load(db, id) }
    }
}

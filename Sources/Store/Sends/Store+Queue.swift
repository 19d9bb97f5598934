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
            guard try db.exists("SELECT 1 FROM account WHERE id = ? AND erasing = 0", send.account) else {
                throw .notFound("account \(send.account)")
            }
            if let key = send.idempotencyKey {
                let there = try db.first(
                    "SELECT id, digest FROM send WHERE account = ? AND idempotency_key = ?", send.account, key
                ) { (row) throws(Failure) in (row.int(0), row.bytes(1)) }
                if let (id, digest) = there {
                    if digest == send.contentDigest { return (id, true) }
                    var failure = Failure(MR_E_EXISTS, "send \(id) has the same idempotency_key and other content")
                    failure.advice = "Look at that send. Give a message that is another one another idempotency_key."
                    throw failure
                }
            }
            try transaction.holdBody(send.body)
            try db.run(
                """
                INSERT INTO send(account, body, state, message_id, idempotency_key, digest, sender, subject, size, utf8,
                  params, created_at, send_at)
                VALUES(?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """, send.account, send.body, send.messageID, send.idempotencyKey, send.contentDigest, send.from,
                send.subject, send.size, send.utf8, Packer.record(send.params), transaction.now, send.sendAt)
            let id = db.lastRowID
            for address in recipients {
                try db.run("INSERT INTO recipient(send, address, state) VALUES(?, ?, 'waiting')", id, address)
            }
            transaction.change("send", id, account: send.account, "added", "queued")
            return (id, false)
        }
        if !result.existed { StopPoint.sendQueued.reach() }
        return result
    }

    /// Of a send `s` and its account `a` at the time ?1: its time has come, and the account's mail is not held: pending,
    /// connection_issue, disconnected; and in error by its login or by the provider, unless it is time to try that again.
    private static let isDue = """
        s.state IN ('queued', 'retry_wait') AND coalesce(s.send_at, 0) <= ?1 AND coalesce(s.next_attempt, 0) <= ?1
          AND a.erasing = 0 AND a.state NOT IN ('pending', 'connection_issue', 'disconnected')
          AND NOT (a.state = 'error' AND coalesce(a.class, '') IN ('auth', 'suspended')
            AND (a.next_attempt IS NULL OR a.next_attempt > ?1))
        """

    /// Sends whose time has come, oldest first.
    /// - Parameters:
    ///   - account: nil: of all accounts.
    ///   - only: this send, if it is one of them.
    package func dueSends(now: Int64, limit: Int, account: Int64?, only: Int64? = nil) throws(Failure) -> [SendRow] {
        try read { (db) throws(Failure) in
            try db.all(
                composed: """
                    SELECT \(SendRow.columns) FROM send s JOIN account a ON a.id = s.account
                    WHERE \(Store.isDue) AND (?2 = 0 OR s.account = ?2) AND (?3 = 0 OR s.id = ?3)
                    ORDER BY s.id LIMIT ?4
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
                SELECT min(max(coalesce(send_at, 0), coalesce(next_attempt, 0))) FROM send
                WHERE state IN ('queued', 'retry_wait') AND max(coalesce(send_at, 0), coalesce(next_attempt, 0)) > ?
                """, now)
        }
    }

    /// - Throws: `MR_E_NOT_FOUND`.
    package func sendRow(_ id: Int64) throws(Failure) -> SendRow {
        try read { (db) throws(Failure) in try SendRow.load(db, id) }
    }

    /// Sends again what failed, or whose outcome is unknown, or whose wait is to end now: to those not yet accepted.
    /// - Parameters:
    ///   - to: other recipients in place of those not yet accepted.
    ///   - acceptDuplicate: must be true where the outcome is unknown.
    /// - Throws: `MR_E_INVALID` where everyone has accepted it; `MR_E_BUSY` while it is being sent;
    ///   `MR_E_UNKNOWN_OUTCOME` without `acceptDuplicate`.
    package func resend(_ send: Int64, to: [String]?, acceptDuplicate: Bool) throws(Failure) {
        try write { (transaction) throws(Failure) in
            let db = transaction.db
            let row = try SendRow.load(db, send)
            switch row.state {
            case "failed", "retry_wait", "bounced", "cancelled": break
            case "outcome_unknown":
                guard acceptDuplicate else {
                    throw Failure(
                        MR_E_UNKNOWN_OUTCOME,
                        "send \(send) may have arrived: it is sent again with accept_duplicate alone")
                }
            case "sending": throw Failure(MR_E_BUSY, "send \(send) is being sent")
            case "queued": if to == nil { return }
            default: throw .invalid("send", "\(send) is \(row.state): there is nothing to send again")
            }
            if let to {
                guard !to.isEmpty else { throw .invalid("to", "there are no recipients") }
                try db.run("DELETE FROM recipient WHERE send = ? AND state <> 'accepted'", send)
                for address in to {
                    try db.run(
                        "INSERT OR IGNORE INTO recipient(send, address, state) VALUES(?, ?, 'waiting')", send, address)
                }
            } else {
                try db.run(
                    """
                    UPDATE recipient SET state = 'waiting', class = NULL, smtp = NULL, enhanced = NULL, server_text = NULL,
                      at = NULL WHERE send = ? AND state <> 'accepted'
                    """, send)
            }
            guard try db.exists("SELECT 1 FROM recipient WHERE send = ? AND state = 'waiting'", send) else {
                throw .invalid("to", "every recipient has accepted send \(send) already")
            }
            try transaction.requeue(row)
        }
    }

    /// Sends again every failed one that fits.
    /// - Parameter query: account, class, before and after (of the time it was queued); each may be absent.
    /// - Returns: how many.
    package func resendAll(_ query: Record) throws(Failure) -> Int64 {
        try RecordSpec.resendAll.check(query)
        let failed = try read { (db) throws(Failure) in
            try db.all(
                """
                SELECT id FROM send WHERE state = 'failed' AND (?1 IS NULL OR account = ?1) AND (?2 IS NULL OR class = ?2)
                  AND (?3 IS NULL OR created_at < ?3) AND (?4 IS NULL OR created_at > ?4) ORDER BY id
                """, query.int("account"), query.text("class"), query.int("before"), query.int("after")
            ) { (row) throws(Failure) in row.int(0) }
        }
        var count: Int64 = 0
        var rest = failed[...]
        while !rest.isEmpty {
            let slice = rest.prefix(100)
            rest = rest.dropFirst(100)
            count += try write { (transaction) throws(Failure) -> Int64 in
                var done: Int64 = 0
                for id in slice {
                    guard try transaction.db.exists("SELECT 1 FROM send WHERE id = ? AND state = 'failed'", id) else {
                        continue
                    }
                    try transaction.db.run(
                        """
                        UPDATE recipient SET state = 'waiting', class = NULL, smtp = NULL, enhanced = NULL,
                          server_text = NULL, at = NULL WHERE send = ? AND state <> 'accepted'
                        """, id)
                    try transaction.requeue(try SendRow.load(transaction.db, id))
                    done += 1
                }
                return done
            }
        }
        return count
    }

    /// - Throws: `MR_E_BUSY` while it is being sent; `MR_E_INVALID` where it has been sent.
    package func cancelSend(_ send: Int64) throws(Failure) {
        try write { (transaction) throws(Failure) in
            let row = try SendRow.load(transaction.db, send)
            switch row.state {
            case "cancelled": return
            case "sending": throw Failure(MR_E_BUSY, "send \(send) is being sent")
            case "sent", "bounced": throw .invalid("send", "\(send) has been sent already")
            default: break
            }
            try transaction.db.run("UPDATE send SET state = 'cancelled', next_attempt = NULL WHERE id = ?", send)
            transaction.change("send", send, account: row.account, "changed", "cancelled")
        }
    }

    /// Removes a send with its recipients, attempts and content.
    /// - Throws: `MR_E_BUSY` while it is being sent.
    package func removeSend(_ id: Int64) throws(Failure) {
        try write { (transaction) throws(Failure) in
            let row = try SendRow.load(transaction.db, id)
            guard row.state != "sending" else { throw Failure(MR_E_BUSY, "send \(id) is being sent") }
            try transaction.delete(send: id, body: row.body, account: row.account, erase: false)
        }
    }
}

extension Transaction {
    fileprivate func requeue(_ row: SendRow) throws(Failure) {
        try db.run(
            """
            UPDATE send SET state = 'queued', class = NULL, temporary = 0, reason = NULL, cause = NULL, advice = NULL,
              server_text = NULL, smtp = NULL, enhanced = NULL, next_attempt = NULL, attempt = NULL WHERE id = ?
            """, row.id)
        change("send", row.id, account: row.account, "changed", "queued")
    }

    func delete(send: Int64, body: Int64?, account: Int64, erase: Bool) throws(Failure) {
        try db.run("DELETE FROM recipient WHERE send = ?", send)
        try db.run("DELETE FROM attempt WHERE send = ?", send)
        try db.run("DELETE FROM send WHERE id = ?", send)
        if let body { try releaseBody(body, erase: erase) }
        change("send", send, account: account, "removed")
    }
}

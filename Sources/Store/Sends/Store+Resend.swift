import Base
import CMailroom

/// What a person decides of a send: again, not at all, or gone.
extension Store {
    /// Sends again what failed, came back or was cancelled, or whose outcome is unknown, or whose wait is to end now:
    /// to those not yet accepted.
    /// - Parameters:
    ///   - to: other recipients in place of those not yet accepted.
    ///   - content: other content in place of the old one; its recipients count where `to` is nil.
    ///   - acceptDuplicate: must be true where the outcome is unknown.
    /// - Throws: `MR_E_EXISTS` where everyone has accepted it; `MR_E_BUSY` while it is being sent;
    ///   `MR_E_UNKNOWN_OUTCOME` without `acceptDuplicate`.
    package func resend(
        _ send: Int64, to: [String]?, content: NewSend? = nil, acceptDuplicate: Bool
    ) throws(Failure) {
        let to = to ?? content?.recipients
        guard to?.isEmpty != true else { throw .invalid("to", "there are no recipients") }
        try write { (transaction) throws(Failure) in
            let row = try SendRow.load(transaction.db, send)
            switch row.state {
            case "failed", "retry_wait", "bounced", "cancelled", "queued": break
            case "outcome_unknown":
                guard acceptDuplicate else {
                    throw Failure(
                        MR_E_UNKNOWN_OUTCOME,
                        "send \(send) may have arrived: it is sent again with accept_duplicate alone")
                }
            case "sending": throw Failure(MR_E_BUSY, "send \(send) is being sent")
            default: throw Transaction.everybodyHasIt(send)
            }
            if let to {
                if content == nil { try transaction.retarget(send, to) }
                try transaction.readdress(send, to)
            } else {
                try transaction.forgetAnswers(send)
            }
            guard try transaction.db.exists("SELECT 1 FROM recipient WHERE send = ? AND state = 'waiting'", send) else {
                throw Transaction.everybodyHasIt(send)
            }
            if let content { try transaction.replaceContent(row, content) }
            try transaction.requeue(row, sendAt: content?.sendAt)
        }
    }

    /// Sends again every failed one that fits.
    /// - Parameter query: account, class, batch, before and after (of the time it was queued); each may be absent.
    /// - Returns: how many.
    package func resendAll(_ query: Record) throws(Failure) -> Int64 {
        try RecordSpec.resendAll.check(query)
        var count: Int64 = 0
        var after: Int64 = 0
        // Those that fail again meanwhile are not taken a second time.
        let newest = try read { (db) throws(Failure) in try db.int("SELECT max(id) FROM send") } ?? 0
        while true {
            let from = after
            let page = try read { (db) throws(Failure) in
                try db.all(
                    """
                    SELECT id FROM send WHERE state = 'failed' AND id > ?1 AND id <= ?2
                      AND (?3 IS NULL OR account = ?3) AND (?4 IS NULL OR class = ?4) AND (?5 IS NULL OR batch = ?5)
                      AND (?6 IS NULL OR created_at < ?6) AND (?7 IS NULL OR created_at > ?7) ORDER BY id LIMIT ?8
                    """, from, newest, query.int("account"), query.text("class"), query.int("batch"),
                    query.int("before"), query.int("after"), Transaction.sliceOfSends
                ) { (row) throws(Failure) in row.int(0) }
            }
            guard let last = page.last else { return count }
            count += try write { (transaction) throws(Failure) -> Int64 in
                var done: Int64 = 0
                for id in page {
                    let row = try? SendRow.load(transaction.db, id)
                    guard let row, row.state == "failed", !(row.recipients.isEmpty && row.refused.isEmpty) else {
                        continue
                    }
                    try transaction.forgetAnswers(id)
                    try transaction.requeue(row, sendAt: nil)
                    done += 1
                }
                return done
            }
            after = last
        }
    }

    /// - Throws: `MR_E_BUSY` while it is being sent; `MR_E_INVALID` where it has ended: what may have arrived must not be
    ///   taken for what was never sent.
    package func cancelSend(_ send: Int64) throws(Failure) {
        try write { (transaction) throws(Failure) in
            let row = try SendRow.load(transaction.db, send)
            switch row.state {
            case "cancelled": return
            case "sending": throw Failure(MR_E_BUSY, "send \(send) is being sent")
            case "queued", "retry_wait": break
            default: throw Transaction.hasEnded(row)
            }
            try transaction.cancel(row)
            try transaction.batchMoved(row.batch)
        }
    }

    /// Removes a send with its recipients, attempts and content.
    /// - Throws: `MR_E_BUSY` while it waits or is being sent: mail that is to go does not vanish by a slip.
    package func removeSend(_ id: Int64) throws(Failure) {
        try write { (transaction) throws(Failure) in
            let row = try SendRow.load(transaction.db, id)
            try Transaction.requireEnded(row)
            try transaction.delete(send: id, body: row.body, account: row.account, erase: false)
            try transaction.batchMoved(row.batch)
        }
    }
}

extension Transaction {
    fileprivate static func everybodyHasIt(_ send: Int64) -> Failure {
        var failure = Failure(MR_E_EXISTS, "every recipient has accepted send \(send) already")
        failure.advice =
            "To send it to somebody else as well, name the recipients (to).\nTo send the same again, make a new send."
        return failure
    }

    /// What has ended cannot be cancelled.
    fileprivate static func hasEnded(_ row: SendRow) -> Failure {
        let (what, advice) =
            switch row.state {
            case "sent": ("has been sent already", "What is sent cannot be taken back.")
            case "bounced": ("has been sent already, and came back", "Resend it, or remove it.")
            case "outcome_unknown":
                (
                    "has been handed over, and nobody knows yet whether it was taken",
                    "Wait: Mailroom looks for it. It goes again only where somebody resends it."
                )
            default: ("has failed already: nothing of it waits any more", "Resend it, or remove it.")
            }
        var failure = Failure(MR_E_INVALID, "send \(row.id) \(what)")
        failure.field = "send"
        failure.advice = advice
        return failure
    }

    fileprivate static func requireEnded(_ row: SendRow) throws(Failure) {
        guard ["queued", "sending", "retry_wait"].contains(row.state) else { return }
        let isSending = row.state == "sending"
        let what =
            isSending
            ? "is being sent" : row.state == "queued" ? "is queued: it has still to go" : "waits for its next attempt"
        var failure = Failure(MR_E_BUSY, "send \(row.id) \(what)")
        failure.advice =
            isSending
            ? "Wait for the end of the attempt, then remove it."
            : "Cancel it first (mr_cancel), then remove it; or wait until it has gone."
        throw failure
    }

    /// Of the sends that one call changes, so many in one transaction.
    static let sliceOfSends = 200

    /// What was answered of those who have not accepted it counts no more.
    fileprivate func forgetAnswers(_ send: Int64) throws(Failure) {
        try db.run(
            """
            UPDATE recipient SET state = 'waiting', class = NULL, smtp = NULL, enhanced = NULL, server_text = NULL,
              at = NULL, report = NULL, reported_at = NULL, remote = NULL, temporary = NULL, cause = NULL, advice = NULL
            WHERE send = ? AND state <> 'accepted'
            """, send)
    }

    /// Puts others in the place of those who have not accepted it. Who has accepted it is left out.
    fileprivate func readdress(_ send: Int64, _ addresses: [String]) throws(Failure) {
        try db.run("DELETE FROM recipient WHERE send = ? AND state <> 'accepted'", send)
        var there = Set(
            try db.all("SELECT address FROM recipient WHERE send = ?", send) { (row) throws(Failure) in
                AddressKey.of(row.text(0))
            })
        for address in addresses where there.insert(AddressKey.of(address)).inserted {
            try db.run("INSERT INTO recipient(send, address, state) VALUES(?, ?, 'waiting')", send, address)
        }
    }

    /// One of a batch is made for those who get it now, in the place of its recipient.
    fileprivate func retarget(_ send: Int64, _ addresses: [String]) throws(Failure) {
        let packed = try db.first(
            "SELECT template FROM send WHERE id = ? AND template IS NOT NULL", send
        ) { (row) throws(Failure) in row.bytes(0) }
        // The recipient stands before those who get a copy.
        let first = try db.first("SELECT state FROM recipient WHERE send = ? ORDER BY id LIMIT 1", send) {
            (row) throws(Failure) in row.text(0)
        }
        guard let packed, first != "accepted" else { return }
        var recipient = Unpacker.record(packed)
        recipient["to"] = .list(addresses.map(Value.text))
        try db.run("UPDATE send SET template = ? WHERE id = ?", Packer.record(recipient), send)
    }

    fileprivate func replaceContent(_ row: SendRow, _ content: NewSend) throws(Failure) {
        let body = try holdBody(of: content)
        try db.run(
            """
            UPDATE send SET body = ?, template = NULL, message_id = ?, sender = ?, subject = ?, size = ?, utf8 = ?,
              params = ?, answers = coalesce(?, answers), thread = coalesce(?, thread) WHERE id = ?
            """, body, content.messageID, content.from, content.subject, content.size, content.utf8,
            Packer.record(content.params), content.answers, content.thread, row.id)
        if let body = row.body { try releaseBody(body, erase: false) }
    }

    /// Back into the queue, as if it had never been tried; its attempts stay on record.
    func requeue(_ row: SendRow, sendAt: Int64?) throws(Failure) {
        try db.run(
            """
            UPDATE send SET state = 'queued', class = NULL, temporary = 0, reason = NULL, cause = NULL, advice = NULL,
              server_text = NULL, smtp = NULL, enhanced = NULL, http = NULL, code = NULL, try_after = NULL,
              next_attempt = NULL, attempt = NULL, bounced_at = NULL,
              check_at = CASE WHEN copy = 'wanted' THEN check_at END, checks = 0, former = attempts, send_at = ?1, due = coalesce(?1, 0) WHERE id = ?2
            """, sendAt, row.id)
        try batchMoved(row.batch)
        change("send", row.id, account: row.account, "changed", "queued")
    }

    func cancel(_ row: SendRow) throws(Failure) {
        try db.run(
            """
            UPDATE send SET state = 'cancelled', next_attempt = NULL,
              check_at = CASE WHEN copy = 'wanted' THEN check_at END WHERE id = ?
            """, row.id)
        change("send", row.id, account: row.account, "changed", "cancelled")
    }

    func delete(send: Int64, body: Int64?, account: Int64, erase: Bool) throws(Failure) {
        try db.run("DELETE FROM recipient WHERE send = ?", send)
        try db.run("DELETE FROM attempt WHERE send = ?", send)
        let thread = try db.int("SELECT thread FROM send WHERE id = ?", send)
        try db.run("DELETE FROM send WHERE id = ?", send)
        try db.run("UPDATE message SET send = NULL WHERE send = ?", send)
        if let thread { tell(thread) }
        if let body { try releaseBody(body, erase: erase) }
        change("send", send, account: account, "removed")
    }
}

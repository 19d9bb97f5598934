import Base

extension SendRow {
    static let columns = """
        s.id, s.account, s.body, s.state, s.sender, s.subject, s.message_id, s.size, s.utf8, s.params, s.created_at,
        s.send_at, s.next_attempt, s.attempts, s.class, s.attempt,
        (SELECT offered_at IS NOT NULL FROM attempt WHERE id = s.attempt),
        s.sent_at IS NOT NULL, s.former, s.priority, s.auto_retry, s.batch
        """
    /// Of a send `s`: to how many the next attempt offers it.
    static let offeredTo = "(SELECT count(*) FROM recipient WHERE send = s.id AND state IN ('waiting', 'deferred'))"

    /// Reads the columns above, and the recipients who have not accepted it.
    init(_ row: Row, _ db: Connection) throws(Failure) {
        let id = row.int(0)
        let others = try db.all(
            """
            SELECT address, state, class, smtp, enhanced, server_text FROM recipient WHERE send = ? AND state <> 'accepted'
            ORDER BY id
            """, id
        ) { (row) throws(Failure) in
            RecipientOutcome(
                address: row.text(0), outcome: row.text(1), failureClass: row.optionalText(2),
                smtp: row.optionalInt(3).map { Int32(truncatingIfNeeded: $0) }, enhanced: row.optionalText(4),
                serverText: row.optionalText(5))
        }
        self.init(
            id: id, account: row.int(1), body: row.optionalInt(2), state: row.text(3), from: row.text(4),
            recipients: others.filter { $0.outcome == "waiting" || $0.outcome == "deferred" }.map(\.address),
            refused: others.filter { $0.outcome == "refused" },
            bounced: others.filter { $0.outcome == "bounced" }.map(\.address), subject: row.text(5),
            messageID: row.text(6), size: row.int(7), utf8: row.bool(8),
            params: Unpacker.record(row.bytes(9)), createdAt: row.int(10), sendAt: row.optionalInt(11),
            nextAttempt: row.optionalInt(12), attempts: row.int(13), former: row.int(18), wasAccepted: row.bool(17),
            failureClass: row.optionalText(14), autoRetry: row.bool(20), attempt: row.optionalInt(15),
            offered: row.bool(16), priority: row.int(19), batch: row.optionalInt(21))
    }

    static func load(_ db: Connection, _ id: Int64) throws(Failure) -> SendRow {
        guard let send = try find(db, id) else { throw .notFound("send \(id)") }
        return send
    }

    static func find(_ db: Connection, _ id: Int64) throws(Failure) -> SendRow? {
        try db.all(composed: "SELECT \(columns) FROM send s WHERE s.id = ?", [.int(id)]) {
            (row) throws(Failure) in try SendRow(row, db)
        }.first
    }
}

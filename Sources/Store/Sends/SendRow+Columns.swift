import Base

extension SendRow {
    static let columns = """
        s.id, s.account, s.body, s.state, s.sender, s.subject, s.message_id, s.size, s.utf8, s.params, s.created_at,
        s.send_at, s.next_attempt, s.attempts, s.class, s.attempt,
        (SELECT offered_at IS NOT NULL FROM attempt WHERE id = s.attempt),
        (SELECT count(*) FROM recipient WHERE send = s.id AND state = 'accepted'), s.former, s.priority, s.auto_retry,
        s.batch
        """

    /// Reads the columns above, and the recipients not yet accepted.
    init(_ row: Row, _ db: Connection) throws(Failure) {
        let id = row.int(0)
        let recipients = try db.all(
            "SELECT address FROM recipient WHERE send = ? AND state NOT IN ('accepted', 'bounced') ORDER BY id", id
        ) { (row) throws(Failure) in row.text(0) }
        self.init(
            id: id, account: row.int(1), body: row.optionalInt(2), state: row.text(3), from: row.text(4),
            recipients: recipients, subject: row.text(5), messageID: row.text(6), size: row.int(7), utf8: row.bool(8),
            params: Unpacker.record(row.bytes(9)), createdAt: row.int(10), sendAt: row.optionalInt(11),
            nextAttempt: row.optionalInt(12), attempts: row.int(13), former: row.int(18), accepted: row.int(17),
            failureClass: row.optionalText(14), attempt: row.optionalInt(15), offered: row.bool(16),
            priority: row.int(19), autoRetry: row.bool(20), batch: row.optionalInt(21))
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

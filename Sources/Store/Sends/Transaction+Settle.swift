import Base
import CMailroom

/// How a send is settled whose outcome was unknown.
extension Transaction {
    /// When such a send is looked for, after the attempt; in minutes.
    static let checkMinutes: [Int64] = [1, 5, 30, 120]

    /// It has become known what happened to a message whose outcome was unknown. One that was accepted is sent, to those
    /// recipients whom the server did not refuse at the time; one that was not goes again.
    /// - Returns: false where the outcome of the send is not unknown: then nothing changes.
    @discardableResult
    func settleUnknown(send id: Int64, accepted: Bool, by evidence: SendEvidence) throws(Failure) -> Bool {
        let row = try SendRow.load(db, id)
        guard row.state == "outcome_unknown" else { return false }
        let state = accepted ? try settleAccepted(row) : try settleNotAccepted(row)
        try batchMoved(row.batch)
        change("send", id, account: row.account, "changed", state)
        var log = NewLog(
            account: row.account, level: "notice", what: "send",
            message: "send \(id) was \(accepted ? "accepted" : "not accepted") after all: \(evidence.words)", send: id)
        log.cause = "send.outcome_unknown"
        try addLog(log)
        return true
    }

    private func settleAccepted(_ row: SendRow) throws(Failure) -> String {
        try db.run(
            "UPDATE recipient SET state = 'accepted', at = ? WHERE send = ? AND state = 'waiting'", now, row.id)
        let left = try db.first(
            """
            SELECT state, class, smtp, enhanced, server_text, address FROM recipient
            WHERE send = ? AND state IN ('deferred', 'refused') ORDER BY state, id LIMIT 1
            """, row.id
        ) { (row) throws(Failure) in
            (
                state: row.text(0), failureClass: row.optionalText(1), smtp: row.optionalInt(2),
                enhanced: row.optionalText(3), text: row.optionalText(4), address: row.text(5)
            )
        }
        var state = left.map { $0.state == "deferred" ? "retry_wait" : "failed" } ?? "sent"
        if state == "retry_wait", try isCancelled(row.batch) { state = "cancelled" }
        try db.run(
            """
            UPDATE send SET state = ?1, class = ?2, temporary = ?3, reason = ?4, cause = ?5, advice = NULL,
              server_text = ?6, smtp = ?7, enhanced = ?8, next_attempt = ?9, due = max(coalesce(send_at, 0), coalesce(?9, 0)), check_at = NULL,
              sent_at = coalesce(sent_at, (SELECT max(offered_at) FROM attempt WHERE send = ?10), ?11) WHERE id = ?10
            """, state, left?.failureClass, state == "retry_wait",
            left.map { "the server \($0.state) \($0.address); the others have accepted it" },
            left?.failureClass.map { "send.\($0)" }, left?.text, left?.smtp, left?.enhanced,
            state == "retry_wait" ? now : nil, row.id, now)
        try want(.wanted(afterMs: 0), of: row.id)
        try wishAnswered(by: row)
        return state
    }

    private func settleNotAccepted(_ row: SendRow) throws(Failure) -> String {
        if try isCancelled(row.batch) {
            try cancel(row)
            return "cancelled"
        }
        if try db.exists("SELECT 1 FROM send WHERE id = ? AND auto_retry = 1", row.id) {
            try requeue(row, sendAt: nil)
            return "queued"
        }
        try db.run(
            """
            UPDATE send SET state = 'failed', class = 'connection', temporary = 1, cause = 'connection.lost',
              reason = 'the connection broke at the end of the message, and the server did not take it',
              advice = NULL, check_at = NULL WHERE id = ?
            """, row.id)
        return "failed"
    }

    /// The outcome of a send has become unknown: it is looked for from time to time, unless its echo was faster. Where
    /// somebody had accepted it before, nothing that is found tells of this attempt.
    func awaitSettling(_ row: SendRow) throws(Failure) {
        guard !row.wasAccepted else { return }
        if try db.exists("SELECT 1 FROM send WHERE id = ? AND echo IS NOT NULL", row.id) {
            return _ = try settleUnknown(send: row.id, accepted: true, by: .echo)
        }
        try db.run(
            """
            UPDATE send SET checks = 0, check_at = ? WHERE id = ?
              AND EXISTS (SELECT 1 FROM account a WHERE a.id = send.account AND a.receives = 1)
            """, now + Transaction.checkMinutes[0] * 60_000, row.id)
    }

    /// The one send that has this Message-ID and was offered; nil where there is none, or where several have it: nobody
    /// knows then which of them is meant.
    func offeredSend(messageID: String) throws(Failure) -> SendRow? {
        let found = try db.all("SELECT id FROM send WHERE message_id = ? LIMIT 2", messageID) {
            (row) throws(Failure) in row.int(0)
        }
        guard found.count == 1,
            try db.exists("SELECT 1 FROM attempt WHERE send = ? AND offered_at IS NOT NULL", found[0])
        else { return nil }
        return try SendRow.load(db, found[0])
    }
}

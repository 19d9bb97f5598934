import Base
import CMailroom

/// What a server has said of single recipients.
extension Transaction {
    /// Stored before the dot, so that it is known even where the process dies at it: whom the server has not refused or put
    /// off in this attempt waits for the answer to the dot, though an earlier one put them off; whom it has, does not get this one.
    func answersBeforeDot(_ recipients: [RecipientOutcome], attempt: Int64) throws(Failure) {
        guard let send = try db.int("SELECT send FROM attempt WHERE id = ?", attempt) else {
            throw .notFound("attempt \(attempt)")
        }
        try db.run(
            """
            UPDATE recipient SET state = 'waiting', class = NULL, smtp = NULL, enhanced = NULL, server_text = NULL, at = NULL
            WHERE send = ? AND state = 'deferred'
            """, send)
        try answers(recipients.filter { $0.outcome != "accepted" }, send: send)
    }

    /// Whoever has accepted it stays so; and where a report was faster than the answer, it says more.
    func answers(_ recipients: [RecipientOutcome], send: Int64) throws(Failure) {
        for recipient in recipients {
            guard ["accepted", "refused", "deferred"].contains(recipient.outcome) else {
                throw Failure(MR_E_INTERNAL, "'\(recipient.outcome)' is not what a server answers of a recipient")
            }
            try db.run(
                """
                UPDATE recipient SET state = ?, class = iif(report IS NULL, ?, class), smtp = iif(report IS NULL, ?, smtp),
                  enhanced = iif(report IS NULL, ?, enhanced), server_text = iif(report IS NULL, ?, server_text), at = ?
                WHERE send = ? AND address = ? AND state NOT IN ('accepted', 'bounced')
                """, recipient.outcome, recipient.failureClass, recipient.smtp, recipient.enhanced,
                recipient.serverText, now, send, recipient.address)
        }
    }
}

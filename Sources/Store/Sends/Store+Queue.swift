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
        var seen: Set<String> = []
        let recipients = send.recipients.filter { seen.insert($0).inserted }
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
                    var failure = Failure(MR_E_EXISTS, "send \(id) has the same idempotency_key and other content")
                    failure.advice = "Look at that send. Give a message that is another one another idempotency_key."
                    throw failure
                }
            }
            let id = try transaction.insert(send, recipients)
            return (id, false)
        }
        if !result.existed { StopPoint.sendQueued.reach() }
        return result
    }

    /// - Throws: `MR_E_NOT_FOUND`.
    package func sendRow(_ id: Int64) throws(Failure) -> SendRow {
        try read { (db) throws(Failure) in try SendRow.load(db, id) }
    }
}

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
            try transaction.requireAccount(send.account)
            if let key = send.idempotencyKey,
                let there = try transaction.db.send(of: send.account, key: key, contentDigest: { send.contentDigest })
            {
                return (there, true)
            }
            let id = try transaction.insert(send, recipients)
            return (id, false)
        }
        if !result.existed { StopPoint.sendQueued.reach() }
        return result
    }

    /// The send that the account has by this key; nil where there is none.
    /// - Parameter contentDigest: asked for only where there is one.
    /// - Throws: `MR_E_EXISTS` where it has other content.
    package func sendOf(
        _ account: Int64, key: String, contentDigest: @autoclosure () -> [UInt8]
    ) throws(Failure) -> Int64? {
        try read { (db) throws(Failure) in try db.send(of: account, key: key, contentDigest: contentDigest) }
    }

    /// - Throws: `MR_E_NOT_FOUND`.
    package func sendRow(_ id: Int64) throws(Failure) -> SendRow {
        try read { (db) throws(Failure) in try SendRow.load(db, id) }
    }
}

extension Connection {
    fileprivate func send(of account: Int64, key: String, contentDigest: () -> [UInt8]) throws(Failure) -> Int64? {
        let there = try first(
            "SELECT id, digest FROM send WHERE account = ? AND idempotency_key = ?", account, key
        ) { (row) throws(Failure) in (id: row.int(0), digest: row.bytes(1)) }
        guard let there else { return nil }
        if there.digest == contentDigest() { return there.id }
        var failure = Failure(MR_E_EXISTS, "send \(there.id) has the same idempotency_key and other content")
        failure.advice = "Look at that send. Give a message that is another one another idempotency_key."
        throw failure
    }
}

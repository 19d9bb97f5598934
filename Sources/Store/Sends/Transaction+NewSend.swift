import Base
import CMailroom

extension Transaction {
    func requireAccount(_ id: Int64) throws(Failure) {
        guard try db.exists("SELECT 1 FROM account WHERE id = ? AND erasing = 0", id) else {
            throw .notFound("account \(id)")
        }
    }

    /// A new row of the queue with its recipients, each of whom is named once. Its body is held.
    func insert(_ send: NewSend, _ recipients: [String], batch: Int64? = nil) throws(Failure) -> Int64 {
        let body = try holdBody(of: send)
        try db.run(
            """
            INSERT INTO send(account, body, state, message_id, idempotency_key, digest, sender, subject, size, utf8,
              params, created_at, send_at, due, priority, auto_retry, answers, thread, batch, template)
            VALUES(?1, ?2, 'queued', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, coalesce(?12, 0), ?13, ?14, ?15, ?16, ?17, ?18)
            """, send.account, body, send.messageID, send.idempotencyKey, send.contentDigest, send.from,
            send.subject, send.size, send.utf8, Packer.record(send.params), now, send.sendAt, send.priority,
            send.autoRetry, send.answers, send.thread, batch, send.template.map(Packer.record))
        let id = db.lastRowID
        for address in recipients {
            try db.run("INSERT INTO recipient(send, address, state) VALUES(?, ?, 'waiting')", id, address)
        }
        change("send", id, account: send.account, "added", "queued")
        return id
    }
}

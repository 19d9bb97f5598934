import Base
import CMailroom

extension KindTable {
    /// What brings a login back, by how the account `a` logs in; the account's own advice says more.
    private static let loginMend = """
        CASE WHEN a.class IS NOT 'auth' THEN 'reconnect the mailbox'
          ELSE CASE (SELECT value FROM setting WHERE account = a.id AND name = 'auth')
            WHEN 'oauth2' THEN iif(a.cause GLOB 'oauth.client*', 'mend what the issuer says of the application, and authorize the mailbox anew',
              'authorize the mailbox anew: its owner signs in again')
            WHEN 'service' THEN 'mend the access of the application, and reconnect the mailbox'
            WHEN 'external' THEN 'hand in a token'
            ELSE 'reconnect the mailbox' END END
        """

    /// Why queued mail of the account `a` waits, or null (design, section 9).
    static let heldReason = """
        CASE a.state
          WHEN 'disconnected' THEN 'the mailbox is disconnected'
          WHEN 'pending' THEN 'the company is at its mailbox limit'
          WHEN 'connection_issue' THEN 'the mailbox has been failing for two days; ' || \(loginMend)
          WHEN 'error' THEN CASE a.class
            WHEN 'auth' THEN 'the login is refused; ' || \(loginMend)
            WHEN 'suspended' THEN 'the provider has suspended the account' END
        END
        """

    private static let priority = "CASE s.priority WHEN 1 THEN 'high' WHEN -1 THEN 'low' ELSE 'normal' END"

    static let send = KindTable(
        from: "send s LEFT JOIN account a ON a.id = s.account",
        select: """
            s.account, s.state, s.class, s.temporary, s.message_id, s.idempotency_key, s.sender, s.subject, s.size,
            s.created_at, s.sent_at, s.send_at, s.next_attempt, s.attempts, s.reason, s.cause, s.advice, s.server_text,
            s.smtp, s.enhanced, CASE WHEN s.state IN ('queued', 'retry_wait') THEN
              iif(a.sends = 0, 'the mailbox has no server for sending; reconnect it with one', \(heldReason)) END, s.batch, \(priority),
            s.auto_retry, s.answers, s.thread, s.bounced_at, s.echo, s.copy, s.try_after, s.http,
            s.code, s.replied, s.replied_at
            """,
        id: "s.id", visible: "1",
        rules: [
            "id": .column("s.id"), "account": .column("s.account"), "state": .column("s.state"),
            "class": .column("s.class"), "temporary": .column("s.temporary"), "message_id": .column("s.message_id"),
            "idempotency_key": .column("s.idempotency_key"), "created_at": .column("s.created_at"),
            "sent_at": .column("s.sent_at"), "send_at": .column("s.send_at"),
            "next_attempt": .column("s.next_attempt"), "batch": .column("s.batch"), "priority": .column(priority),
            "answers": .column("s.answers"), "thread": .column("s.thread"),
            "replied_at": .column("s.replied_at"),
        ].merging(owner("s.account")) { one, _ in one },
        orders: ["id": "s.id", "created_at": "s.created_at"],
        record: { (row, db, query) throws(Failure) in try sendRecord(row, db, query) })

    private static func sendRecord(_ row: Row, _ db: Connection, _ query: Query) throws(Failure) -> Record {
        let id = row.int(1)
        let recipients = try db.all("SELECT address, state FROM recipient WHERE send = ? ORDER BY id", id) {
            (row) throws(Failure) in (row.text(0), row.text(1))
        }
        func count(_ state: String) -> Int64 { Int64(recipients.count { $0.1 == state }) }
        var record = Record()
        record.set("id", id)
        record.set("account", row.int(2))
        record.set("state", row.text(3))
        record.set("class", row.optionalText(4))
        record.set("temporary", row.int(5))
        record.set("message_id", row.text(6))
        record.set("idempotency_key", row.optionalText(7))
        record.set("from", row.text(8))
        record["to"] = .list(recipients.map { .text($0.0) })
        record.set("subject", row.text(9))
        record.set("size", row.int(10))
        record.set("created_at", row.int(11))
        record.set("sent_at", row.optionalInt(12))
        record.set("send_at", row.optionalInt(13))
        record.set("next_attempt", row.optionalInt(14))
        record.set("attempts", row.int(15))
        record.set("accepted", count("accepted"))
        record.set("refused", count("refused"))
        record.set("deferred", count("deferred"))
        record.set("bounced", count("bounced"))
        record.set("reason", row.optionalText(16))
        record.set("cause", row.optionalText(17))
        record.set("advice", row.optionalText(18))
        record.set("server_text", row.optionalText(19))
        record.set("smtp", row.optionalInt(20))
        record.set("enhanced", row.optionalText(21))
        record.set("held_reason", row.optionalText(22))
        record.set("batch", row.optionalInt(23))
        record.set("priority", row.text(24))
        record.set("auto_retry", row.int(25))
        record.set("answers", row.optionalInt(26))
        record.set("thread", row.optionalInt(27))
        record.set("bounced_at", row.optionalInt(28))
        record.set("message", row.optionalInt(29))
        record.set("sent_copy", row.optionalText(30))
        record.set("try_after", row.optionalInt(31))
        record.set("http", row.optionalInt(32))
        record.set("provider_code", row.optionalText(33))
        record.set("replied", row.optionalInt(34))
        record.set("replied_at", row.optionalInt(35))
        return record
    }

    static let recipient = KindTable(
        from: "recipient r",
        select: """
            r.send, r.address, r.state, r.class, r.smtp, r.enhanced, r.server_text, r.at, r.report, r.reported_at, r.remote,
            r.cause, r.advice
            """,
        id: "r.id", visible: "1",
        rules: [
            "id": .column("r.id"), "send": .column("r.send"), "address": .address("r.address"),
            "state": .column("r.state"),
        ],
        orders: ["id": "r.id"],
        record: { (row, _, _) throws(Failure) in
            var record = Record()
            record.set("id", row.int(1))
            record.set("send", row.int(2))
            record.set("address", row.text(3))
            record.set("state", row.text(4))
            record.set("class", row.optionalText(5))
            record.set("smtp", row.optionalInt(6))
            record.set("enhanced", row.optionalText(7))
            record.set("server_text", row.optionalText(8))
            record.set("at", row.optionalInt(9))
            record.set("report", row.optionalText(10))
            record.set("reported_at", row.optionalInt(11))
            record.set("remote", row.optionalText(12))
            record.set("cause", row.optionalText(13))
            record.set("advice", row.optionalText(14))
            return record
        })

    static let attempt = KindTable(
        from: "attempt t",
        select: """
            t.send, t.number, t.started_at, t.ended_at, t.outcome, t.class, t.server_text, t.smtp, t.enhanced, t.account,
            t.http, t.code
            """,
        id: "t.id", visible: "1", rules: ["id": .column("t.id"), "send": .column("t.send")], orders: ["id": "t.id"],
        record: { (row, _, _) throws(Failure) in
            var record = Record()
            record.set("id", row.int(1))
            record.set("send", row.int(2))
            record.set("number", row.int(3))
            record.set("started_at", row.int(4))
            record.set("ended_at", row.optionalInt(5))
            record.set("outcome", row.optionalText(6))
            record.set("class", row.optionalText(7))
            record.set("server_text", row.optionalText(8))
            record.set("smtp", row.optionalInt(9))
            record.set("enhanced", row.optionalText(10))
            record.set("account", row.optionalInt(11))
            record.set("http", row.optionalInt(12))
            record.set("provider_code", row.optionalText(13))
            return record
        })
}

import Base
import CMailroom

/// Reports that come in about what was sent: bounces, delays, receipts, answers of machines.
extension Transaction {
    /// How long after it was sent a message comes back that is known by its recipient alone.
    private static let bounceDays: Int64 = 7
    /// Clocks differ by so much.
    private static let clockMs: Int64 = 10 * 60_000

    /// Stores what a message reports, and marks the send that it is about.
    /// - Parameters:
    ///   - message: the report, as it is stored.
    ///   - at: when the mailbox received it.
    ///   - account: whose mailbox.
    func take(_ report: IncomingReport, message: Int64, at: Int64, account: Int64) throws(Failure) {
        let send = try reportedSend(report, at: at, account: account)
        try db.run("UPDATE message SET report = ?, send = coalesce(?, send) WHERE id = ?", report.kind, send, message)
        guard let send else { return }
        var row = try SendRow.load(db, send)
        if row.state == "outcome_unknown", try provesSending(report, row, at) {
            try settleUnknown(send: send, accepted: true, by: .bounce)
            row = try SendRow.load(db, send)
        }
        let told = try store(report, of: row, at: at)
        try settleReports(of: send)
        change("send", send, account: row.account, "changed", told)
    }

    /// Whether it tells that the last attempt was accepted. Where somebody had accepted the message before, only what is
    /// said of the others does.
    private func provesSending(_ report: IncomingReport, _ row: SendRow, _ at: Int64) throws(Failure) -> Bool {
        if !row.wasAccepted { return report.provesSending }
        let latest = try db.int("SELECT max(offered_at) FROM attempt WHERE send = ?", row.id) ?? 0
        guard at + Transaction.clockMs >= latest else { return false }
        let offered = Set(row.recipients.map(AddressKey.of))
        return report.recipients.flatMap(\.addresses).contains { offered.contains(AddressKey.of($0)) }
    }

    // MARK: which send

    /// The send that a report is about; nil where none is, or where it could be one of several.
    private func reportedSend(_ report: IncomingReport, at: Int64, account: Int64) throws(Failure) -> Int64? {
        for id in report.originals.prefix(20) where !id.isEmpty {
            let found = try db.all(
                """
                SELECT s.id, s.account FROM send s WHERE s.message_id = ?
                  AND EXISTS (SELECT 1 FROM attempt t WHERE t.send = s.id AND t.offered_at IS NOT NULL) LIMIT 20
                """, id
            ) { (row) throws(Failure) in (id: row.int(0), account: row.int(1)) }
            if found.count == 1 { return found[0].id }
            if found.isEmpty { continue }
            // The caller gave several the same Message-ID: the recipients tell them apart, or nothing does.
            var fitting: [Int64] = []
            for send in found where try hasRecipient(send.id, report) { fitting.append(send.id) }
            return fitting.count == 1 ? fitting[0] : nil
        }
        // A report that names another message is not about one of ours.
        guard report.originals.isEmpty, report.isReturn else { return nil }
        return try sendByRecipient(report, at: at, account: account)
    }

    private func hasRecipient(_ send: Int64, _ report: IncomingReport) throws(Failure) -> Bool {
        let keys = Set(report.recipients.flatMap(\.addresses).map(AddressKey.of))
        return try db.all("SELECT address FROM recipient WHERE send = ?", send) { (row) throws(Failure) in row.text(0) }
            .contains { keys.contains(AddressKey.of($0)) }
    }

    /// The one send of the account that went to a reported recipient in the days before, has not come back yet, and has
    /// the reported subject.
    private func sendByRecipient(_ report: IncomingReport, at: Int64, account: Int64) throws(Failure) -> Int64? {
        var found: Set<Int64> = []
        let subject = report.subject.map(Transaction.words)
        for address in Set(report.recipients.prefix(100).flatMap(\.addresses).map(AddressKey.of)) {
            let sends = try db.all(
                """
                SELECT s.id, s.subject FROM recipient r JOIN send s ON s.id = r.send
                WHERE lower(r.address) = ?1 AND s.account = ?2 AND r.state IN ('accepted', 'waiting')
                  AND coalesce(r.report, '') <> 'failed' AND s.state IN ('sent', 'outcome_unknown', 'bounced')
                  AND EXISTS (SELECT 1 FROM attempt t WHERE t.send = s.id AND t.offered_at BETWEEN ?3 AND ?4) LIMIT 50
                """, address, account, at - Transaction.bounceDays * 86_400_000, at + Transaction.clockMs
            ) { (row) throws(Failure) in (id: row.int(0), subject: row.text(1)) }
            for send in sends where subject == nil || subject == Transaction.words(send.subject) {
                found.insert(send.id)
            }
        }
        return found.count == 1 ? found.first : nil
    }

    /// For comparing subjects: words with one space between.
    private static func words(_ text: String) -> String {
        text.lowercased().split(separator: " ").joined(separator: " ")
    }

    // MARK: what it says

    private struct Known {
        let id: Int64
        let key: String
        let state: String
        let report: String?
        let at: Int64?
    }

    /// Notes what the report says of each recipient.
    /// - Returns: what the change feed tells of the send.
    private func store(_ report: IncomingReport, of row: SendRow, at: Int64) throws(Failure) -> String {
        let known = try db.all("SELECT id, address, state, report, at FROM recipient WHERE send = ?", row.id) {
            (row) throws(Failure) in
            Known(
                id: row.int(0), key: AddressKey.of(row.text(1)), state: row.text(2), report: row.optionalText(3),
                at: row.optionalInt(4))
        }
        var told = "report"
        for reported in report.recipients {
            guard let recipient = meant(reported, known, row, alone: report.recipients.count == 1),
                ReportedRecipient.rank(reported.action) >= ReportedRecipient.rank(recipient.report ?? "")
            else { continue }
            // Of an attempt before this one.
            if row.attempts > 1, let accepted = recipient.at, at + Transaction.clockMs < accepted { continue }
            let why = reported.failure
            try db.run(
                """
                UPDATE recipient SET report = ?, reported_at = ?, remote = ?, class = ?, smtp = ?, enhanced = ?,
                  server_text = ?, temporary = ?, cause = ?, advice = ? WHERE id = ?
                """, reported.action, at, reported.remote, why?.failureClass, why?.smtp, why?.enhanced,
                why?.serverText, reported.temporary, why?.cause, why?.advice, recipient.id)
            if told != "bounced" { told = reported.action == "failed" ? "bounced" : reported.action }
            if let why { try log(why, row, failed: reported.action == "failed") }
        }
        return told
    }

    /// The recipient of the send that is meant: by the address; where the report gives another one, or none, the only one there is.
    private func meant(_ reported: ReportedRecipient, _ known: [Known], _ row: SendRow, alone: Bool) -> Known? {
        let isOpen = row.state == "outcome_unknown" || row.state == "sending"
        let possible = known.filter { $0.state == "accepted" || $0.state == "bounced" || isOpen }
        for address in reported.addresses.map(AddressKey.of) {
            if let found = known.first(where: { $0.key == address }) {
                return possible.contains { $0.id == found.id } ? found : nil
            }
        }
        return alone && known.count == 1 ? possible.first : nil
    }

    private func log(_ why: Failure, _ row: SendRow, failed: Bool) throws(Failure) {
        var log = NewLog(
            account: row.account, level: failed ? "warning" : "notice", what: failed ? "bounce" : "delay",
            message: why.message, send: row.id)
        log.cause = why.cause
        log.failureClass = why.failureClass
        log.serverText = why.serverText
        log.advice = why.advice
        try addLog(log)
    }

    // MARK: what becomes of the send

    /// Recipients whose mail came back are bounced, and so is a send that everyone had accepted: it shows why the first
    /// of them did not get it.
    func settleReports(of send: Int64) throws(Failure) {
        try db.run(
            "UPDATE recipient SET state = 'bounced' WHERE send = ? AND state = 'accepted' AND report = 'failed'", send)
        if db.changedRows > 0 { try noteBounce(of: send) }
        try db.run(
            """
            UPDATE send SET bounced_at = (SELECT min(reported_at) FROM recipient WHERE send = ?1 AND state = 'bounced')
            WHERE id = ?1
            """, send)
        try db.run(
            """
            UPDATE send SET state = 'bounced', (class, temporary, reason, cause, advice, server_text, smtp, enhanced) = (
              SELECT class, coalesce(temporary, 0), 'the mail to ' || address || ' came back', cause, advice,
                server_text, smtp, enhanced
              FROM recipient WHERE send = ?1 AND state = 'bounced' ORDER BY reported_at, id LIMIT 1)
            WHERE id = ?1 AND state = 'sent' AND bounced_at IS NOT NULL
            """, send)
    }

    /// The attempt whose mail came back keeps that, with the reason of the first: a resend forgets what the recipient was told.
    private func noteBounce(of send: Int64) throws(Failure) {
        let bounced = try db.all(
            "SELECT id FROM recipient WHERE send = ? AND state = 'bounced' ORDER BY reported_at, id", send
        ) { (row) throws(Failure) in row.int(0) }
        for recipient in bounced {
            try db.run(
                """
                UPDATE attempt SET outcome = 'bounced', (class, server_text, smtp, enhanced) = (
                    SELECT class, server_text, smtp, enhanced FROM recipient WHERE id = ?2)
                WHERE outcome IN ('accepted', 'unknown') AND id = (
                  SELECT max(t.id) FROM attempt t WHERE t.send = ?1 AND t.offered_at IS NOT NULL
                    AND t.ended_at <= (SELECT coalesce(at, t.ended_at) FROM recipient WHERE id = ?2))
                """, send, recipient)
        }
    }

    /// An attempt has ended, and a report about it may have been faster.
    func settleEarlyReports(_ row: SendRow) throws(Failure) {
        guard try db.exists("SELECT 1 FROM recipient WHERE send = ? AND report IS NOT NULL", row.id) else { return }
        if !row.wasAccepted { try settleUnknown(send: row.id, accepted: true, by: .bounce) }
        try settleReports(of: row.id)
    }
}

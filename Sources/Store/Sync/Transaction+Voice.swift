import Base
import CMailroom

/// Who speaks by a message: a person outside, the store's own accounts, or nobody, because a machine wrote it, it is a
/// draft, or it lies in the junk. Of a message in several folders it is enough that one of them lets it speak.
enum Voice {
    static let nobody: Int64 = 0
    static let outside: Int64 = 1
    static let own: Int64 = 2

    /// - Parameters:
    ///   - report: what a program wrote it for.
    ///   - draft: it is nothing but a draft.
    ///   - aside: it is in nothing but junk and trash.
    static func of(outgoing: Bool, report: Bool, draft: Bool, aside: Bool) -> Int64 {
        if report { return nobody }
        return outgoing ? (draft ? nobody : own) : (aside ? nobody : outside)
    }

    static func of(_ message: PreparedMessage, outgoing: Bool, role: String?) -> Int64 {
        of(
            outgoing: outgoing, report: message.incoming.summary.report != nil,
            draft: role == "drafts" || message.flags.bits & FlagSet.draft != 0,
            aside: role == "junk" || role == "trash")
    }
}

extension Transaction {
    /// Whether a new message is the store's own: by its author, or because it lies in Sent, where aliases are known by.
    func isOutgoing(_ message: PreparedMessage, role: String?) throws(Failure) -> Bool {
        if role == "sent" { return true }
        guard let author = message.incoming.summary.from.first else { return false }
        return try db.exists("SELECT 1 FROM account WHERE address_key = ?", AddressKey.of(author.address))
    }

    func role(of folder: Int64) throws(Failure) -> String? {
        try db.all(composed: "SELECT \(FolderRow.role) FROM folder f WHERE f.id = ?", [.int(folder)]) {
            (row) throws(Failure) in row.optionalText(0)
        }.first ?? nil
    }

    /// A message has come into a folder, has left one, or is a draft no more: whether it speaks may be another matter now.
    func revoice(_ message: Int64) throws(Failure) {
        let found = try db.all(
            composed: """
                SELECT m.outgoing, m.report IS NOT NULL, m.voice, m.thread, count(p.id), max(r.role = 'sent'),
                  min(r.role = 'drafts' OR p.bits & \(FlagSet.draft)), min(r.role IN ('junk', 'trash'))
                FROM message m JOIN place p ON p.message = m.id AND p.leaving = 0
                JOIN (SELECT f.id, coalesce(\(FolderRow.role), '') role FROM folder f WHERE f.leaving = 0) r
                  ON r.id = p.folder
                WHERE m.id = ?
                """, [.int(message)]
        ) { (row) throws(Failure) in
            (
                outgoing: row.bool(0), report: row.bool(1), voice: row.int(2), thread: row.int(3), places: row.int(4),
                sent: row.bool(5), draft: row.bool(6), aside: row.bool(7)
            )
        }
        // What is in no folder now keeps its voice: it may only be on its way.
        guard let found = found.first, found.places > 0 else { return }
        let outgoing = found.outgoing || found.sent
        let voice = Voice.of(outgoing: outgoing, report: found.report, draft: found.draft, aside: found.aside)
        guard voice != found.voice || outgoing != found.outgoing else { return }
        try db.run("UPDATE message SET outgoing = ?, voice = ? WHERE id = ?", outgoing, voice, message)
        tell(found.thread)
    }

    /// The message is one that was sent from here, whoever stands in From.
    func isOurs(_ message: Int64) throws(Failure) {
        try db.run("UPDATE message SET outgoing = 1 WHERE id = ? AND outgoing = 0", message)
        if db.changedRows > 0 { try revoice(message) }
    }

    /// A send was accepted, or is gone: its thread has a last word more or less.
    func tellThread(ofSend send: Int64) throws(Failure) {
        if let thread = try db.int("SELECT thread FROM send WHERE id = ?", send) { tell(thread) }
    }

    /// A person's message answers one that was sent from here: the first that does so stands at the send.
    func noteReply(_ message: Int64, _ prepared: PreparedMessage, thread: Int64) throws(Failure) {
        let summary = prepared.incoming.summary
        guard let answered = summary.inReplyTo ?? summary.references.last, !answered.isEmpty else { return }
        let sends = try db.all(
            """
            SELECT id, account FROM send WHERE message_id = ?1 AND sent_at IS NOT NULL
              AND (replied_at IS NULL OR replied_at > ?2) LIMIT 20
            """, answered, summary.date
        ) { (row) throws(Failure) in (id: row.int(0), account: row.int(1)) }
        for send in sends {
            try db.run(
                "UPDATE send SET replied = ?, replied_at = ?, thread = coalesce(thread, ?) WHERE id = ?", message,
                summary.date, thread, send.id)
            change("send", send.id, account: send.account, "changed", "replied")
        }
        if !sends.isEmpty { tell(thread) }
    }
}

extension Store {
    private static let slice = 500

    /// A folder has another role than before: its messages are looked at anew, a few in each transaction.
    func revoice(folder: Int64) throws(Failure) {
        var after = PlaceID.first(folder)
        while true {
            let from = after
            let some = try read { (db) throws(Failure) in
                try db.all(
                    "SELECT id, message FROM place WHERE id > ? AND id <= ? ORDER BY id LIMIT ?", from,
                    PlaceID.last(folder), Store.slice
                ) { (row) throws(Failure) in (id: row.int(0), message: row.optionalInt(1)) }
            }
            guard let last = some.last else { return }
            try write(.normal) { (transaction) throws(Failure) in
                for place in some { if let message = place.message { try transaction.revoice(message) } }
            }
            after = last.id
        }
    }
}

import Base
import CMailroom

extension KindTable {
    static let place = KindTable(
        from: "place p JOIN folder f ON f.id = p.folder",
        select: "f.account, p.folder, p.message, p.ref, p.bits, p.flags",
        id: "p.id",
        visible:
            "p.message IS NOT NULL AND (p.ref IS NOT NULL OR p.wish IS NOT NULL) AND p.leaving = 0 AND f.leaving = 0",
        rules: [
            "id": .column("p.id"), "account": .column("f.account"), "folder": .column("p.folder"),
            "message": .column("p.message"), "ref": .column("p.ref"), "seen": .truth("p.bits & 1"),
        ].merging(owner("f.account")) { one, _ in one },
        orders: ["id": "p.id"],
        record: { (row, _, _) throws(Failure) in
            let flags = FlagSet(bits: row.int(6), keywords: row.optionalText(7))
            var record = Record()
            record.set("id", row.int(1))
            record.set("account", row.int(2))
            record.set("folder", row.int(3))
            record.set("message", row.int(4))
            record.set("ref", row.optionalText(5))
            record["flags"] = .list(flags.names.map(Value.text))
            record.set("seen", flags.bits & FlagSet.seen)
            return record
        })

    private static let isPlaced = "EXISTS (SELECT 1 FROM place p WHERE p.message = m.id AND p.leaving = 0)"

    private static func flag(_ bit: Int64) -> SQLConditions.Rule {
        .truth("EXISTS (SELECT 1 FROM place p WHERE p.message = m.id AND p.leaving = 0 AND p.bits & \(bit){})")
    }

    static let message = KindTable(
        from: "message m",
        select:
            "m.message_id, m.subject, m.date, m.received_at, m.size, m.historical, m.preview, m.attachments, m.thread, m.in_reply_to, m.body, m.stored_at, m.detail, m.report, m.send, m.lacking, m.outgoing",
        id: "m.id", visible: isPlaced, visibleByID: "1",
        rules: [
            "id": .column("m.id"),
            "folder": .place("f.path {}"), "role": .place("(\(FolderRow.role)) {}"),
            "message_id": .messageID(key: "m.message_key", "m.message_id"),
            "from": .within(
                "m.id IN (SELECT s.message FROM participant s JOIN address a ON a.id = s.address WHERE s.source & 1 AND a.key {})"
            ),
            "participant": .within(
                "m.id IN (SELECT s.message FROM participant s JOIN address a ON a.id = s.address WHERE a.key {})"),
            "date": .column("m.date"), "received_at": .column("m.received_at"), "size": .column("m.size"),
            "seen": flag(FlagSet.seen), "flagged": flag(FlagSet.flagged), "answered": flag(FlagSet.answered),
            "draft": flag(FlagSet.draft),
            "historical": .column("m.historical"), "attachments": .column("m.attachments"),
            "thread": .column("m.thread"), "in_reply_to": .column("m.in_reply_to"), "stored_at": .column("m.stored_at"),
            "report": .column("m.report"), "send": .column("m.send"), "contact": ContactSQL.ofMessage,
            "contact_key": .among("m.id IN (\(ContactSQL.messages(of: contactKey)))"),
            "lacking": .column("m.lacking"), "outgoing": .column("m.outgoing"),
            "text": .words("m.id IN (SELECT rowid FROM words WHERE words {})"),
        ].merging(places) { one, _ in one },
        orders: ["id": "m.id", "date": "m.date"],
        folders: Folders(
            holds: """
                EXISTS (SELECT 1 FROM place p JOIN folder f ON f.id = p.folder
                WHERE p.message = m.id AND p.leaving = 0 AND f.leaving = 0 AND {})
                """, threads: false, dated: "m.date", datesEndHere: true),
        record: { (row, db, query) throws(Failure) in try messageRecord(row, db, query) })
}

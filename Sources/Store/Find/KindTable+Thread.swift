import Base
import CMailroom

extension KindTable {
    static let thread = KindTable(
        from: "thread t",
        select: """
            t.subject, t.messages, t.first_at, t.last_at, t.last_in, t.last_out, t.waiting_since, t.first_reply_ms
            """, id: "t.id",
        visible: "t.joined IS NULL AND t.messages > 0",
        rules: [
            "id": .column("t.id"), "last_at": .column("t.last_at"), "last_in": .column("t.last_in"),
            "last_out": .column("t.last_out"), "waiting_since": .column("t.waiting_since"),
            "contact": .contact(
                one: "t.id IN (SELECT x.thread FROM message x WHERE x.id IN (\(ContactSQL.messages(of: "{}"))))",
                any: "EXISTS (SELECT 1 FROM message x WHERE x.thread = t.id AND \(ContactSQL.isAnyIn("x.id")))"),
            "contact_key": .among(
                "t.id IN (SELECT x.thread FROM message x WHERE x.id IN (\(ContactSQL.messages(of: contactKey))))"),
            "seen": .truth("NOT EXISTS (\(unseen(in: "t.id")))"),
        ].merging(places) { one, _ in one },
        orders: [
            "id": "t.id", "last_at": "t.last_at", "last_in": "t.last_in", "last_out": "t.last_out",
            "waiting_since": "t.waiting_since",
        ],
        absent: ["last_in", "last_out", "waiting_since"],
        folders: Folders(
            holds: """
                EXISTS (SELECT 1 FROM message m JOIN place p ON p.message = m.id JOIN folder f ON f.id = p.folder
                WHERE m.thread = t.id AND p.leaving = 0 AND f.leaving = 0 AND {})
                """, threads: true, dated: "t.last_at", datesEndHere: false),
        record: { (row, db, query) throws(Failure) in
            var record = Record()
            record.set("id", row.int(1))
            record.set("subject", row.text(2))
            record.set("messages", row.int(3))
            record.set("first_at", row.int(4))
            record.set("last_at", row.int(5))
            record.set("last_in", row.optionalInt(6))
            record.set("last_out", row.optionalInt(7))
            record.set("waiting_since", row.optionalInt(8))
            record.set("first_reply_ms", row.optionalInt(9))
            if query.wants("contacts") { record["contacts"] = .list(try contacts(ofThread: row.int(1), db)) }
            if query.wants("seen") {
                let asked = SQLConditions.limited(unseen(in: "?"), to: query.accounts)
                let unseen = try db.all(composed: asked.sql + " LIMIT 1", [.int(row.int(1))] + asked.values) {
                    (row) throws(Failure) in row.int(0)
                }
                record.set("seen", unseen.isEmpty ? 1 : 0)
            }
            return record
        })

    /// The messages of a thread that are shown in a folder, and in none of them as \Seen.
    private static func unseen(in thread: String) -> String {
        """
        SELECT 1 FROM message m WHERE m.thread = \(thread)
        AND EXISTS (SELECT 1 FROM place p WHERE p.message = m.id AND p.leaving = 0{})
        AND NOT EXISTS (SELECT 1 FROM place p WHERE p.message = m.id AND p.leaving = 0 AND p.bits & 1{})
        """
    }

    /// Of a thread longer than this the last messages alone are looked at for people.
    private static let mostMessages: Int64 = 200

    private static func contacts(ofThread thread: Int64, _ db: Connection) throws(Failure) -> [Value] {
        let messages = try db.all(
            "SELECT id FROM message WHERE thread = ? ORDER BY date DESC LIMIT ?", thread, mostMessages
        ) { (row) throws(Failure) in row.int(0) }
        var contacts: Set<Int64> = []
        for message in messages { contacts.formUnion(try db.contacts(ofMessage: message).map(\.contact)) }
        return contacts.sorted().map(Value.int)
    }
}

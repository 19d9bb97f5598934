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
            "seen": .truth("NOT EXISTS (SELECT 1 FROM message m WHERE m.thread = t.id AND \(unseen))"),
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
            if query.wants("seen") {
                record.set("seen", try db.exists(unseenInThread, row.int(1)) ? 0 : 1)
            }
            return record
        })

    /// The message `m` is shown in a folder, and in none of them as \Seen.
    static let unseen = """
        EXISTS (SELECT 1 FROM place p WHERE p.message = m.id AND p.leaving = 0)
        AND NOT EXISTS (SELECT 1 FROM place p WHERE p.message = m.id AND p.leaving = 0 AND p.bits & 1)
        """

    private static let unseenInThread: StaticString = """
        SELECT 1 FROM message m WHERE m.thread = ?
        AND EXISTS (SELECT 1 FROM place p WHERE p.message = m.id AND p.leaving = 0)
        AND NOT EXISTS (SELECT 1 FROM place p WHERE p.message = m.id AND p.leaving = 0 AND p.bits & 1) LIMIT 1
        """
}

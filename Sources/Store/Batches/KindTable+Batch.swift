import Base
import CMailroom

extension KindTable {
    private static let state = "CASE b.state WHEN 'cancelling' THEN 'cancelled' ELSE b.state END"

    static let batch = KindTable(
        from: "batch b", select: "b.name, b.idempotency_key, \(state), b.created_at, b.ended_at", id: "b.id",
        visible: "b.state NOT IN ('making', 'removing')",
        rules: [
            "id": .column("b.id"), "idempotency_key": .column("b.idempotency_key"), "state": .column(state),
            "created_at": .column("b.created_at"),
        ],
        orders: ["id": "b.id", "created_at": "b.created_at"],
        record: { (row, db, query) throws(Failure) in
            let id = row.int(1)
            var record = Record()
            record.set("id", id)
            record.set("name", row.optionalText(2))
            record.set("idempotency_key", row.optionalText(3))
            record.set("state", row.text(4))
            if query.wants("accounts") {
                let accounts = try db.all("SELECT account FROM batch_account WHERE batch = ? ORDER BY account", id) {
                    (row) throws(Failure) in row.int(0)
                }
                record["accounts"] = .list(accounts.map(Value.int))
            }
            if counted.contains(where: query.wants) || query.wants("total") { try count(id, db, &record) }
            record.set("created_at", row.int(5))
            record.set("ended_at", row.optionalInt(6))
            return record
        })

    private static let counted = [
        "queued", "sending", "sent", "retry_wait", "failed", "outcome_unknown", "bounced", "cancelled",
    ]

    /// From the index alone.
    private static func count(_ batch: Int64, _ db: Connection, _ record: inout Record) throws(Failure) {
        let found = try db.all("SELECT state, count(*) FROM send WHERE batch = ? GROUP BY state", batch) {
            (row) throws(Failure) in (state: row.text(0), count: row.int(1))
        }
        record.set("total", found.reduce(0) { $0 + $1.count })
        for state in counted { record.set(state, found.first { $0.state == state }?.count ?? 0) }
    }
}

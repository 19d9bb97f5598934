import Base
import CMailroom

extension KindTable {
    static let contact = KindTable(
        from: "contact c", select: "c.key, c.company, c.name, c.exact, c.created_at, c.changed_at", id: "c.id",
        visible: "1",
        rules: [
            "id": .column("c.id"), "key": .column("c.key"), "company": .column("c.company"),
            "company_key": .among("c.company \(companyKey)"),
            "address": .within("c.id IN (SELECT x.contact FROM contact_address x WHERE x.key {})"),
            "created_at": .column("c.created_at"), "changed_at": .column("c.changed_at"),
        ],
        orders: ["id": "c.id", "key": "c.key", "changed_at": "c.changed_at"],
        record: { (row, db, query) throws(Failure) in try contactRecord(row, db, query) })

    private static func contactRecord(_ row: Row, _ db: Connection, _ query: Query) throws(Failure) -> Record {
        let id = row.int(1)
        let company = row.int(3)
        var record = Record()
        record.set("id", id)
        record.set("key", row.text(2))
        record.set("company", company == 0 ? nil : company)
        record.set("name", row.optionalText(4))
        if query.wants("addresses") {
            let addresses = try db.all("SELECT address FROM contact_address WHERE contact = ? ORDER BY key", id) {
                (row) throws(Failure) in Value.text(row.text(0))
            }
            record["addresses"] = .list(addresses)
        }
        if query.wants("domains") {
            let domains = try db.all("SELECT domain FROM contact_domain WHERE contact = ? ORDER BY domain", id) {
                (row) throws(Failure) in Value.text(row.text(0))
            }
            record["domains"] = .list(domains)
        }
        record.set("exact", row.int(5))
        if query.wants("messages") || query.wants("last_at") {
            let counted = try db.all(composed: counting, [.int(id)]) { (row) throws(Failure) in
                (messages: row.int(0), last: row.optionalInt(1))
            }
            record.set("messages", counted.first?.messages ?? 0)
            record.set("last_at", counted.first?.last)
        }
        record.set("created_at", row.int(6))
        record.set("changed_at", row.int(7))
        return record
    }

    private static let counting = """
        SELECT count(*), max(m.date) FROM message m WHERE m.id IN (\(ContactSQL.messages(of: "= ?")))
        AND EXISTS (SELECT 1 FROM place p WHERE p.message = m.id AND p.leaving = 0)
        """
}

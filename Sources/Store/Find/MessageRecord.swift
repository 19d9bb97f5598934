import Base
import CMailroom

/// The record of a row of `KindTable.message`.
func messageRecord(_ row: Row, _ db: Connection, _ query: Query) throws(Failure) -> Record {
    let id = row.int(1)
    var record = Record()
    record.set("id", id)
    var flags = FlagSet()
    var adrift = false
    if ["account", "folder", "flags", "seen", "flagged", "answered", "draft", "adrift"].contains(where: query.wants) {
        (flags, adrift) = try addPlace(to: &record, id, db, query)
    }
    let detail = query.needsDetail ? MessageDetail(packed: row.bytes(14)) : MessageDetail()
    record.set("message_id", row.optionalText(2))
    record.set("subject", row.text(3))
    record.set("from", detail.from.first?.address)
    record.set("from_name", detail.from.first?.name)
    record["to"] = addresses(detail.to)
    record["cc"] = addresses(detail.cc)
    record["bcc"] = addresses(detail.bcc)
    record["reply_to"] = addresses(detail.replyTo)
    if query.wants("contacts") {
        record["contacts"] = .list(try db.contacts(ofMessage: id).map { .record($0.record) })
    }
    record.set("lacking", row.int(17))
    record.set("date", row.int(4))
    record.set("received_at", row.int(5))
    record.set("size", row.int(6))
    record["flags"] = .list(flags.names.map(Value.text))
    record.set("seen", flags.bits & FlagSet.seen != 0 ? 1 : 0)
    record.set("flagged", flags.bits & FlagSet.flagged != 0 ? 1 : 0)
    record.set("answered", flags.bits & FlagSet.answered != 0 ? 1 : 0)
    record.set("draft", flags.bits & FlagSet.draft != 0 ? 1 : 0)
    record.set("historical", row.int(7))
    record.set("preview", row.text(8))
    record.set("attachments", row.int(9))
    record.set("thread", row.int(10))
    record.set("in_reply_to", row.optionalText(11))
    record["references"] = .list(detail.references.map(Value.text))
    record.set("report", row.optionalText(15))
    record.set("send", row.optionalInt(16))
    record.set("outgoing", row.int(18))
    record.set("has_body", row.isNull(12) ? 0 : 1)
    record.set("adrift", adrift ? 1 : 0)
    record["defects"] = .list(detail.defects.map(Value.text))
    record.set("stored_at", row.int(13))
    return record
}

/// The account and folder of the first place that the query asked for, the flags of all that are in the accounts it asked
/// for, and whether there is none.
private func addPlace(
    to record: inout Record, _ message: Int64, _ db: Connection, _ query: Query
) throws(Failure) -> (flags: FlagSet, adrift: Bool) {
    let (asked, accounts) = (query.folders, query.accounts)
    let places = try db.all(
        composed: """
            SELECT p.bits, p.flags, f.account, f.path, \(asked?.sql ?? "1"), \(accounts?.sql ?? "1")
            FROM place p JOIN folder f ON f.id = p.folder
            WHERE p.message = ? AND p.leaving = 0 AND f.leaving = 0 ORDER BY p.id
            """, (asked?.values ?? []) + (accounts?.values ?? []) + [.int(message)]
    ) { (row) throws(Failure) in
        (
            flags: FlagSet(bits: row.int(0), keywords: row.optionalText(1)), account: row.int(2), path: row.text(3),
            isAsked: row.bool(4), isOwn: row.bool(5)
        )
    }
    if let place = places.first(where: { $0.isAsked }) ?? places.first {
        record.set("account", place.account)
        record.set("folder", place.path)
    }
    var flags = FlagSet()
    for place in places where place.isOwn { flags.unite(place.flags) }
    return (flags, places.isEmpty)
}

private func addresses(_ list: [StoredAddress]) -> Value {
    .list(
        list.map { address in
            var record = Record()
            record.set("name", address.name)
            record.set("address", address.address)
            record.set("group", address.group)
            return .record(record)
        })
}

extension Query {
    /// False where none of the chosen fields is in the packed part of a message.
    var needsDetail: Bool {
        ["from", "from_name", "to", "cc", "bcc", "reply_to", "references", "defects"].contains(where: wants)
    }
}

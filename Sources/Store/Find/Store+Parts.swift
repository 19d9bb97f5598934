import Base
import CMailroom

extension Store {
    /// The parts of one message, in the order of the structure. They are kept packed in the message's row.
    func parts(_ query: Query) throws(Failure) -> [Record] {
        guard query.conditions.count == 1, let condition = query.conditions.first, condition.field == "message",
            condition.comparison == .equal, case .int(let message)? = condition.values.first
        else { throw .invalid("message", "where must name one message for its parts") }
        guard query.order == nil else { throw .invalid("order", "parts come in the order of the structure") }
        guard query.after == nil else { throw .invalid("after", "parts have no ids") }
        let parts = try messageDetail(message)?.parts ?? []
        return parts.prefix(Int(clamping: query.limit ?? Int64.max)).map { part in
            var record = Record()
            record.set("message", message)
            record.set("part", part.number)
            record.set("type", part.type)
            record.set("charset", part.charset)
            record.set("encoding", part.encoding)
            record.set("disposition", part.disposition)
            record.set("name", part.name)
            record.set("content_id", part.contentID)
            record.set("size", part.size)
            record.set("attachment", part.attachment ? 1 : 0)
            return query.pick(record)
        }
    }

    /// One part, with where it stands in the raw message; nil where the message has none of that number.
    package func part(_ message: Int64, number: String) throws(Failure) -> StoredPart? {
        try messageDetail(message)?.parts.first { $0.number == number }
    }

    private func messageDetail(_ message: Int64) throws(Failure) -> MessageDetail? {
        try read { (db) throws(Failure) in
            try db.first("SELECT detail FROM message WHERE id = ?", message) { (row) throws(Failure) in
                MessageDetail(packed: row.bytes(0))
            }
        }
    }
}

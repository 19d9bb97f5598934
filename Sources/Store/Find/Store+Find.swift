import Base
import CMailroom

extension Store {
    private static let mostRows = 10_000

    /// One page of rows.
    /// - Parameters:
    ///   - kind: account, folder, message, place, part, thread, company, contact, policy, send, recipient, attempt, batch,
    ///     log or job.
    ///   - query: conditions, `order`, `limit` over all pages, `fields`.
    ///   - after: what the page before gave as `next`; nil: from the start. Rows that came in between are shown
    ///     where their sort key is yet to come.
    ///   - limit: rows in this page, at most.
    /// - Returns: `next` is nil after the last row.
    /// - Throws: `MR_E_INVALID` naming the kind or field that is wrong.
    package func find(
        _ kind: String, _ query: Record, after: [UInt8]?, limit: Int
    ) throws(Failure) -> (rows: [Record], next: [UInt8]?) {
        try rows(kind, query, after: after, limit: limit)
    }

    private func rows(
        _ kind: String, _ query: Record, after: [UInt8]?, limit: Int, byID: Bool = false
    ) throws(Failure) -> (rows: [Record], next: [UInt8]?) {
        var query = try Query(query, kind: kind)
        if kind == "part" { return (try parts(query), nil) }
        guard let table = KindTable.named(kind) else { throw .invalid("kind", "'\(kind)' is not kept in the store") }
        guard let key = table.orders[query.order ?? "id"] else {
            throw .invalid("order", "\(kind) can be sorted by \(table.orders.keys.sorted().joined(separator: ", "))")
        }
        var position = try Position(after, query: query, limit: limit)
        if position.rest == 0 { return ([], nil) }
        try query.readFolders(table)
        let page = min(position.rest, Int64(max(1, min(limit, Store.mostRows))))
        let plan = try PagePlan(table, query, key: key, position: position.key.map { ($0, position.id) }, byID: byID)
        return try read { (db) throws(Failure) in
            var keys: [(SQLValue, Int64)] = []
            let (sql, values) = try plan.statement(db, page: page)
            var rows = try db.all(composed: sql, values) { (row) throws(Failure) -> Record in
                keys.append((row.isInteger(0) ? .int(row.int(0)) : .text(row.text(0)), row.int(1)))
                return query.pick(try table.record(row, db, query))
            }
            guard Int64(rows.count) > page else { return (rows, nil) }
            rows.removeLast()
            let last = keys[rows.count - 1]
            position.key = last.0
            position.id = last.1
            position.rest -= Int64(rows.count)
            return (rows, position.rest > 0 ? position.packed : nil)
        }
    }

    /// One row by its id. A message is given also while it is in no folder: it may have been moved.
    /// - Throws: `MR_E_NOT_FOUND`.
    package func get(_ kind: String, _ id: Int64) throws(Failure) -> Record {
        if kind == "account" { return try accountStatus(id) }
        guard let row = try rows(kind, Record(["id": .int(id)]), after: nil, limit: 1, byID: true).rows.first else {
            throw .notFound("\(kind) \(id)")
        }
        return row
    }

    /// Where a page ended.
    private struct Position {
        var key: SQLValue?
        var id: Int64 = 0
        /// Rows that `limit` still allows.
        var rest: Int64

        init(_ packed: [UInt8]?, query: Query, limit: Int) throws(Failure) {
            rest = query.limit ?? Int64.max
            guard let packed else { return }
            var unpacker = Unpacker(packed)
            guard let rest = unpacker.int(), let id = unpacker.int(), let kind = unpacker.int() else {
                throw .invalid("after", "is not a position that find gave")
            }
            self.rest = rest
            self.id = id
            if kind == 0, let int = unpacker.int() {
                key = .int(int)
            } else if kind == 1, let text = unpacker.text() {
                key = .text(text)
            } else {
                throw .invalid("after", "is not a position that find gave")
            }
        }

        var packed: [UInt8] {
            var packer = Packer()
            packer.int(rest)
            packer.int(id)
            switch key {
            case .text(let text):
                packer.int(1)
                packer.text(text)
            case .int(let int):
                packer.int(0)
                packer.int(int)
            default: packer.int(2)
            }
            return packer.bytes
        }
    }
}

import Base
import CMailroom
import Store

/// A running query: reads a page at a time and holds nothing in the store between pages. One thread at a time.
package final class Cursor {
    private enum Source {
        case store(kind: String, query: Record)
        case changes(query: Record)
        case fixed
    }

    private static let page = 100
    private let engine: Engine
    private var source: Source
    /// The fields to give; nil: all.
    private var chosen: [String]?
    private var rows: [Record] = []
    private var at = 0
    private var position: [UInt8]?
    private var nextChange: Int64 = 0
    private var left: Int
    private var ended = false

    init(_ kind: String, _ query: Record, _ engine: Engine) throws(Failure) {
        self.engine = engine
        source = .store(kind: kind, query: query)
        left = try Cursor.limit(query)
        // What is shown of an account, and until when a send is paced, is made from other fields than those asked for.
        // A cause's title and advice come from its code.
        let isMade =
            kind == "account"
            || ["send", "log", "recipient"].contains(kind)
                && ["paced_until", "cause", "title", "advice"].contains { Cursor.asks(query, for: $0) }
        if isMade, let spec = RecordSpec.named(kind), query["fields"] != nil {
            chosen = try Cursor.chosen(query, spec)
            var whole = query
            whole["fields"] = nil
            source = .store(kind: kind, query: whole)
        }
        try fill()
    }

    init(changesAfter number: Int64, _ query: Record, _ engine: Engine) throws(Failure) {
        self.engine = engine
        source = .changes(query: query)
        for name in ["after", "order", "fields"] where query[name] != nil {
            throw .invalid(name, "is not taken by the change feed")
        }
        nextChange = number
        left = try Cursor.limit(query)
        try fill()
    }

    /// Rows that are not in the store: the conditions of equality are looked at here.
    init(fixed rows: [Record], _ spec: RecordSpec, _ query: Record, _ engine: Engine) throws(Failure) {
        self.engine = engine
        source = .fixed
        ended = true
        left = try Cursor.limit(query)
        var matching = rows
        for condition in query.fields where !["limit", "after", "order", "fields"].contains(condition.name) {
            guard let field = spec.field(condition.name), field.queried else {
                throw .invalid(condition.name, "is no condition for \(spec.name)")
            }
            guard (field.kind == .int) == (condition.value.int != nil) else {
                throw .invalid(condition.name, "is \(condition.value.kindName), expected \(field.kind)")
            }
            matching = matching.filter { $0[condition.name] == condition.value }
        }
        switch query["order"] {
        case nil, .text("id"): break
        case .text("-id"): matching.reverse()
        default: throw .invalid("order", "\(spec.name) can be sorted by id")
        }
        if let after = query["after"] {
            guard let id = after.int else { throw .invalid("after", "is \(after.kindName), expected int") }
            let descending = query.text("order") == "-id"
            matching = matching.filter { row in row.int("id").map { descending ? $0 < id : $0 > id } ?? false }
        }
        chosen = try Cursor.chosen(query, spec)
        self.rows = matching.map(pick)
    }

    private static func chosen(_ query: Record, _ spec: RecordSpec) throws(Failure) -> [String]? {
        guard let fields = query["fields"] else { return nil }
        let names = fields.list?.map(\.text) ?? [fields.text]
        return try names.map { (name) throws(Failure) -> String in
            guard let name else { throw .invalid("fields", "is not a list of names") }
            guard spec.field(name) != nil else { throw .invalid("fields", "'\(name)' is not a field of \(spec.name)") }
            return name
        }
    }

    private static func asks(_ query: Record, for field: String) -> Bool {
        query["fields"] == .text(field) || query["fields"]?.list?.contains(.text(field)) == true
    }

    private func pick(_ row: Record) -> Record {
        guard let chosen else { return row }
        var picked = Record()
        for field in row.fields where chosen.contains(field.name) { picked[field.name] = field.value }
        return picked
    }

    private static func limit(_ query: Record) throws(Failure) -> Int {
        guard let value = query["limit"] else { return .max }
        guard let limit = value.int, limit >= 0 else { throw .invalid("limit", "is not a number of at least 0") }
        return Int(limit)
    }

    /// The next row, or nil after the last.
    package func next() throws(Failure) -> Record? {
        try engine.checkOpen()
        guard left > 0 else { return nil }
        if at == rows.count {
            guard !ended else { return nil }
            try fill()
            guard at < rows.count else { return nil }
        }
        defer {
            at += 1
            left -= 1
        }
        return rows[at]
    }

    private func fill() throws(Failure) {
        guard left > 0 else {
            ended = true
            return
        }
        let wanted = min(left, Cursor.page)
        at = 0
        switch source {
        case .fixed: rows = []
        case .store(let kind, let query):
            let found = try engine.core.store.find(kind, query, after: position, limit: wanted)
            let view = SendingView(engine.core, sending: chosen?.contains("sending") ?? true)
            rows = try found.rows.map { (row) throws(Failure) in pick(try engine.shown(kind, row, view)) }
            position = found.next
            ended = found.next == nil
        case .changes(let query):
            rows = try engine.core.store.changes(after: nextChange, query: query, limit: wanted)
            nextChange = rows.last?.int("number") ?? nextChange
            ended = rows.count < wanted
        }
    }
}

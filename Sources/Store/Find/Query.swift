import Base
import CMailroom

/// A `where` record, checked against the fields of its kind: conditions, order, limit and fields.
struct Query {
    struct Condition {
        enum Comparison: String {
            case equal = "="
            case less = "<"
            case lessOrEqual = "<="
            case greater = ">"
            case greaterOrEqual = ">="
            case among = "IN"
        }

        let field: String
        let comparison: Comparison
        /// One, or for `among` any number.
        let values: [SQLValue]
    }

    static let mostValues = 1_000

    let kind: String
    private(set) var conditions: [Condition] = []
    private(set) var order: String?
    private(set) var descending = false
    private(set) var limit: Int64?
    /// Only what comes behind the row with this id.
    private(set) var after: Int64?
    private(set) var fields: Set<String>?
    /// What is asked of the folder `f` that has the row; nil: nothing.
    private(set) var folders: SQLConditions?
    /// Of these, the ones on its account: whose flags of a message are meant.
    private(set) var accounts: SQLConditions?

    mutating func readFolders(_ table: KindTable) throws(Failure) {
        folders = try SQLConditions.folder(self, columns: table.rules)
        accounts = try SQLConditions.folder(self, columns: table.rules, only: KindTable.places)
    }

    /// - Throws: `MR_E_INVALID` naming the field that is unknown, cannot be asked for, or has a value of another type.
    init(_ record: Record, kind: String) throws(Failure) {
        guard let spec = RecordSpec.named(kind), RecordSpec.rows.contains(where: { $0.name == kind }) else {
            throw .invalid("kind", "'\(kind)' is not a kind of row")
        }
        self.kind = kind
        for given in record.fields {
            switch given.name {
            case "order": try takeOrder(given.value, spec)
            case "limit":
                guard let limit = given.value.int, limit >= 0 else { throw .invalid("limit", "is not a number from 0") }
                self.limit = limit
            case "after":
                guard let after = given.value.int else {
                    throw .invalid("after", "is \(given.value.kindName), expected int")
                }
                self.after = after
            case "fields": try takeFields(given.value, spec)
            default: try takeCondition(given.name, given.value, spec)
            }
        }
    }

    private mutating func takeOrder(_ value: Value, _ spec: RecordSpec) throws(Failure) {
        if let list = value.list, list.count != 1 { throw .invalid("order", "is a list, expected one field") }
        guard var name = value.text ?? value.list?.first?.text else {
            throw .invalid("order", "is \(value.kindName), expected text")
        }
        if name.hasPrefix("-") {
            descending = true
            name.removeFirst()
        }
        guard spec.field(name) != nil else { throw .invalid("order", "'\(name)' is not a field of \(spec.name)") }
        order = name
    }

    private mutating func takeFields(_ value: Value, _ spec: RecordSpec) throws(Failure) {
        let names: [Value] = value.list ?? (value.text != nil ? [value] : [.int(0)])
        var chosen: Set<String> = []
        for name in names {
            guard let name = name.text else { throw .invalid("fields", "is not a list of names") }
            guard spec.field(name) != nil else { throw .invalid("fields", "'\(name)' is not a field of \(spec.name)") }
            chosen.insert(name)
        }
        fields = chosen
    }

    private mutating func takeCondition(_ given: String, _ value: Value, _ spec: RecordSpec) throws(Failure) {
        var name = given
        var comparison = Condition.Comparison.equal
        if let dot = given.lastIndex(of: ".") {
            name = String(given[..<dot])
            switch given[given.index(after: dot)...] {
            case "lt": comparison = .less
            case "le": comparison = .lessOrEqual
            case "gt": comparison = .greater
            case "ge": comparison = .greaterOrEqual
            case "in": comparison = .among
            default: throw .invalid(given, "unknown comparison: lt, le, gt, ge or in")
            }
        }
        guard let field = spec.field(name) else { throw .invalid(given, "unknown field of \(spec.name)") }
        guard field.queried else { throw .invalid(given, "cannot stand in where") }
        var values: [SQLValue] = []
        if comparison == .among {
            guard let items = value.list else { throw .invalid(given, "is \(value.kindName), expected list") }
            guard items.count <= Query.mostValues else {
                throw .invalid(given, "has \(items.count) values, at most \(Query.mostValues)")
            }
            for item in items { values.append(try Query.value(item, field, given)) }
        } else {
            if value.list != nil {
                throw .invalid(given, "is a list, expected \(field.kind): \(name).in takes several")
            }
            if case .text = value, field.kind == .int, let key = spec.field(name + "_key"), key.queried {
                throw .invalid(given, "is text, expected int: \(key.name) takes the key")
            }
            values = [try Query.value(value, field, given)]
        }
        conditions.append(Condition(field: name, comparison: comparison, values: values))
    }

    private static func value(_ value: Value, _ field: FieldSpec, _ given: String) throws(Failure) -> SQLValue {
        switch (field.kind, value) {
        case (.int, .int(let int)): return .int(int)
        case (.text, .text(let text)): return .text(text)
        default: throw .invalid(given, "is \(value.kindName), expected \(field.kind)")
        }
    }

    /// The record with the chosen fields alone.
    func pick(_ record: Record) -> Record {
        guard let fields else { return record }
        var picked = Record()
        for field in record.fields where fields.contains(field.name) { picked[field.name] = field.value }
        return picked
    }

    func wants(_ field: String) -> Bool { fields?.contains(field) ?? true }
}

/// One value of a record's field. The five kinds are those of mailroom_result.h (`MR_TEXT` ...).
package enum Value: Sendable, Equatable {
    case text(String)
    case int(Int64)
    case bytes([UInt8])
    case list([Value])
    case record(Record)

    package var text: String? { if case .text(let value) = self { value } else { nil } }
    package var int: Int64? { if case .int(let value) = self { value } else { nil } }
    package var bytes: [UInt8]? { if case .bytes(let value) = self { value } else { nil } }
    package var list: [Value]? { if case .list(let value) = self { value } else { nil } }
    package var record: Record? { if case .record(let value) = self { value } else { nil } }

    /// The kind's name, as messages about a mistyped field say it.
    package var kindName: String {
        switch self {
        case .text: "text"
        case .int: "integer"
        case .bytes: "bytes"
        case .list: "list"
        case .record: "record"
        }
    }
}

/// Named fields in the order in which they were set: rows coming out, options going in.
///
/// Records are small (a row has some twenty fields), so a lookup walks the fields.
package struct Record: Sendable, Equatable {
    package struct Field: Sendable, Equatable {
        package let name: String
        package var value: Value

        package init(name: String, value: Value) {
            self.name = name
            self.value = value
        }
    }

    package private(set) var fields: [Field] = []

    package init() {}

    package init(_ pairs: KeyValuePairs<String, Value?>) {
        fields.reserveCapacity(pairs.count)
        for (name, value) in pairs { self[name] = value }
    }

    /// Setting nil removes the field; setting an existing name keeps its place.
    package subscript(name: String) -> Value? {
        get { fields.first { $0.name == name }?.value }
        set {
            if let index = fields.firstIndex(where: { $0.name == name }) {
                if let newValue { fields[index].value = newValue } else { fields.remove(at: index) }
            } else if let newValue {
                fields.append(Field(name: name, value: newValue))
            }
        }
    }

    package func text(_ name: String) -> String? { self[name]?.text }
    package func int(_ name: String) -> Int64? { self[name]?.int }
    /// A key of the caller's own, whether it was given as a text or as a number.
    package func key(_ name: String) -> String? { text(name) ?? int(name).map { String($0) } }
    package func bytes(_ name: String) -> [UInt8]? { self[name]?.bytes }
    package func records(_ name: String) -> [Record] { self[name]?.list?.compactMap(\.record) ?? [] }
    package func texts(_ name: String) -> [String] { self[name]?.list?.compactMap(\.text) ?? [] }

    package mutating func set(_ name: String, _ text: String?) { self[name] = text.map(Value.text) }
    package mutating func set(_ name: String, _ int: Int64?) { self[name] = int.map(Value.int) }

    /// Appends to a list field, making it where it is missing. False where the field is not a list.
    package mutating func add(_ name: String, _ value: Value) -> Bool {
        guard let index = fields.firstIndex(where: { $0.name == name }) else {
            fields.append(Field(name: name, value: .list([value])))
            return true
        }
        guard case .list(var items) = fields[index].value else { return false }
        fields[index].value = .list([])
        items.append(value)
        fields[index].value = .list(items)
        return true
    }
}

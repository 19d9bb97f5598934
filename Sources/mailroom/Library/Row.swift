/// One value of a row.
enum Field {
    case text(String)
    case int(Int64)
    case list([Field])
    case record(Row)
}

/// A row that the library gave, copied out of it: named fields in their order.
struct Row {
    struct Named {
        let name: String
        var value: Field
    }

    private(set) var fields: [Named] = []

    subscript(name: String) -> Field? {
        get { fields.first { $0.name == name }?.value }
        set {
            if let index = fields.firstIndex(where: { $0.name == name }) {
                if let newValue { fields[index].value = newValue } else { fields.remove(at: index) }
            } else if let newValue {
                fields.append(Named(name: name, value: newValue))
            }
        }
    }

    /// The field's text; empty where it is absent or of another kind.
    func text(_ name: String) -> String {
        if case .text(let text)? = self[name] { text } else { "" }
    }

    /// The field's text, or nil where it is absent or empty.
    func said(_ name: String) -> String? {
        let text = text(name)
        return text.isEmpty ? nil : text
    }

    func int(_ name: String) -> Int64? {
        if case .int(let int)? = self[name] { int } else { nil }
    }

    func list(_ name: String) -> [Field] {
        if case .list(let list)? = self[name] { list } else { [] }
    }

    func texts(_ name: String) -> [String] {
        list(name).compactMap { if case .text(let text) = $0 { text } else { nil } }
    }

    func ints(_ name: String) -> [Int64] {
        list(name).compactMap { if case .int(let int) = $0 { int } else { nil } }
    }

    func row(_ name: String) -> Row? {
        if case .record(let row)? = self[name] { row } else { nil }
    }

    func rows(_ name: String) -> [Row] {
        list(name).compactMap { if case .record(let row) = $0 { row } else { nil } }
    }
}

import CMailroom

/// One field of one kind of record: the single place where its name, type and meaning are written down.
///
/// The checks on records that come in, the conditions that `where` takes, and the field reference in
/// docs/records.md are all made from these.
package struct FieldSpec: Sendable {
    package enum Kind: Int32, Sendable {
        case text = 1
        case int = 2
        case bytes = 3
        case list = 4
        case record = 5
    }

    /// Who sets the field.
    package enum Use: Sendable {
        case given  // the caller, in what goes in
        case shown  // the engine, in what comes out
        case both
    }

    package let name: String
    package let kind: Kind
    package let use: Use
    /// May stand in `where`, as `name`, `name.lt`, `name.le`, `name.gt`, `name.ge` or `name.in`.
    package let queried: Bool
    /// One line for the reference: unit, range, what absence means.
    package let meaning: String
    /// For a list or record: the kind of its records; `int` for a list of integers, nil for one of texts.
    package let of: String?

    static func given(_ name: String, _ kind: Kind, _ meaning: String, of: String? = nil) -> FieldSpec {
        FieldSpec(name: name, kind: kind, use: .given, queried: false, meaning: meaning, of: of)
    }
    static func shown(_ name: String, _ kind: Kind, _ meaning: String, queried: Bool = false, of: String? = nil)
        -> FieldSpec
    {
        FieldSpec(name: name, kind: kind, use: .shown, queried: queried, meaning: meaning, of: of)
    }
    static func both(_ name: String, _ kind: Kind, _ meaning: String, queried: Bool = false, of: String? = nil)
        -> FieldSpec
    {
        FieldSpec(name: name, kind: kind, use: .both, queried: queried, meaning: meaning, of: of)
    }
}

extension FieldSpec {
    /// A key of the caller's own: a number is as good as its decimal text, which is what is kept.
    package var isKey: Bool { kind == .text && (name == "key" || name.hasSuffix("_key")) }
}

/// One kind of record: a row that `mr_find` and `mr_get` give, or the fields that a function takes.
package struct RecordSpec: Sendable {
    package let name: String
    package let meaning: String
    package let fields: [FieldSpec]
    /// Fields beyond these are allowed: the settings and secrets that a provider's manifest declares.
    package let open: Bool

    init(_ name: String, _ meaning: String, open: Bool = false, _ fields: [FieldSpec]) {
        self.name = name
        self.meaning = meaning
        self.open = open
        self.fields = fields
    }

    package func field(_ name: String) -> FieldSpec? { fields.first { $0.name == name } }

    /// Checks a record that a caller gave: every field known, of its type, and given by callers at all.
    /// - Throws: `MR_E_INVALID` naming the first field that is wrong.
    package func check(_ record: Record, path: String = "") throws(Failure) {
        for given in record.fields {
            let name = path + given.name
            guard let spec = field(given.name) else {
                if open { continue }
                throw .invalid(name, "unknown field of \(self.name)")
            }
            guard spec.use != .shown else { throw .invalid(name, "is set by Mailroom and cannot be given") }
            guard spec.accepts(given.value) else {
                throw .invalid(name, "is \(given.value.kindName), expected \(spec.kind)")
            }
            guard let inner = spec.of.flatMap(RecordSpec.named) else {
                try RecordSpec.checkItems(given.value, name, integers: spec.of == "int")
                continue
            }
            switch given.value {
            case .record(let record): try inner.check(record, path: "\(name).")
            case .list(let items):
                for (index, item) in items.enumerated() {
                    guard let record = item.record else {
                        throw .invalid("\(name)[\(index)]", "is \(item.kindName), expected record")
                    }
                    try inner.check(record, path: "\(name)[\(index)].")
                }
            default: break
            }
        }
    }

    /// The items of a list that is not one of records are all texts or all integers, in everything that callers give.
    private static func checkItems(_ value: Value, _ name: String, integers: Bool) throws(Failure) {
        for (index, item) in (value.list ?? []).enumerated() where integers ? item.int == nil : item.text == nil {
            throw .invalid("\(name)[\(index)]", "is \(item.kindName), expected \(integers ? "int" : "text")")
        }
    }

    package static func named(_ name: String) -> RecordSpec? { all.first { $0.name == name } }

    /// Every kind, in the order of the reference.
    package static let all: [RecordSpec] = rows + options
}

extension FieldSpec {
    /// A text is accepted where bytes are expected, one text where a list of texts is, and a number where a key is.
    func accepts(_ value: Value) -> Bool {
        switch (kind, value) {
        case (.text, .text), (.int, .int), (.bytes, .bytes), (.bytes, .text), (.list, .list), (.record, .record):
            true
        case (.list, .text): of == nil
        case (.text, .int): isKey
        default: false
        }
    }
}

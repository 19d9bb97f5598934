import Base

/// The part after WHERE, with its values.
struct SQLConditions {
    /// How a field is asked for.
    enum Rule {
        case column(String)
        /// Compared without regard to case: mail addresses as they were given.
        case address(String)
        /// `{}` stands for the comparison and its values: `id IN (SELECT ... WHERE key {})`. Texts are mail addresses.
        case within(String)
        /// A contact's id, as `within`; or, with `.gt = 0`, any contact.
        case contact(one: String, any: String)
        /// As `within`, with texts as they are.
        case among(String)
        /// A Message-ID: found by its key in the first column, compared in the second.
        case messageID(key: String, String)
        /// A condition on the folder `f` that a message is in, `{}` as in `within`: all such conditions are about one and the
        /// same folder.
        case place(String)
        /// Words of a text, found by FTS5: `{}` stands for MATCH and its value.
        case words(String)
        /// 1 or 0: this expression or its opposite. Only `=` makes sense. `{}` stands for what limits places `p` to the
        /// accounts that the query names.
        case truth(String)
    }

    private(set) var parts: [String] = []
    var values: [SQLValue] = []

    var sql: String { parts.isEmpty ? "1" : parts.joined(separator: " AND ") }

    mutating func add(_ sql: String, _ value: SQLValue...) { add(sql, value) }

    mutating func add(_ sql: String, _ given: [SQLValue]) {
        parts.append(sql)
        values += given
    }

    mutating func add(_ query: Query, columns: [String: Rule]) throws(Failure) {
        for condition in query.conditions {
            guard let rule = columns[condition.field] else {
                throw .invalid(condition.field, "cannot stand in where")
            }
            if case .place = rule { continue }
            try add(condition, rule, query.accounts)
        }
    }

    /// The conditions on the folder `f`; nil where there are none.
    /// - Parameter only: the fields that are meant; nil: all.
    static func folder(
        _ query: Query, columns: [String: Rule], only: [String: Rule]? = nil
    ) throws(Failure) -> SQLConditions? {
        var found = SQLConditions()
        for condition in query.conditions where only == nil || only?[condition.field] != nil {
            guard case .place(let template)? = columns[condition.field] else { continue }
            try requireEquality(condition)
            found.parts.append(filled(template, comparison(condition)))
            found.values += condition.values
        }
        return found.parts.isEmpty ? nil : found
    }

    private mutating func add(
        _ condition: Query.Condition, _ rule: Rule, _ accounts: SQLConditions?
    ) throws(Failure) {
        var condition = condition
        switch rule {
        case .column(let column): parts.append("\(column) \(SQLConditions.comparison(condition))")
        case .address(let column):
            condition = SQLConditions.mapped(condition, AddressKey.fold)
            parts.append("lower(\(column)) \(SQLConditions.comparison(condition))")
        case .within(let template):
            try SQLConditions.requireEquality(condition)
            condition = SQLConditions.mapped(condition, AddressKey.of)
            parts.append(SQLConditions.filled(template, SQLConditions.comparison(condition)))
        case .contact(let one, let any):
            if condition.comparison == .greater, condition.values == [.int(0)] {
                parts.append(any)
                return
            }
            try SQLConditions.requireEquality(condition)
            parts.append(SQLConditions.filled(one, SQLConditions.comparison(condition)))
        case .among(let template):
            try SQLConditions.requireEquality(condition)
            parts.append(SQLConditions.filled(template, SQLConditions.comparison(condition)))
        case .messageID(let key, let column):
            try SQLConditions.requireEquality(condition)
            let comparison = SQLConditions.comparison(condition)
            parts.append("\(key) \(comparison) AND \(column) \(comparison)")
            values += condition.values.map { value in
                if case .text(let text) = value { .int(messageKey(text)) } else { value }
            }
        case .words(let template):
            guard condition.comparison == .equal, case .text(let text)? = condition.values.first else {
                throw .invalid(condition.field, "can only be compared as equal")
            }
            parts.append(SQLConditions.filled(template, "MATCH ?"))
            values.append(.text(try WordQuery.match(text)))
            return
        case .place: return
        case .truth(let expression):
            guard condition.comparison == .equal, case .int(let wanted)? = condition.values.first else {
                throw .invalid(condition.field, "can only be compared with 1 or 0")
            }
            let asked = SQLConditions.limited(expression, to: accounts)
            add(wanted != 0 ? "(\(asked.sql))" : "NOT (\(asked.sql))", asked.values)
            return
        }
        values += condition.values
    }

    private static func comparison(_ condition: Query.Condition) -> String {
        guard condition.comparison == .among else { return "\(condition.comparison.rawValue) ?" }
        return "IN (" + Array(repeating: "?", count: condition.values.count).joined(separator: ",") + ")"
    }

    private static func mapped(_ condition: Query.Condition, _ key: (String) -> String) -> Query.Condition {
        let values = condition.values.map { value -> SQLValue in
            if case .text(let text) = value { .text(key(text)) } else { value }
        }
        return Query.Condition(field: condition.field, comparison: condition.comparison, values: values)
    }

    private static func requireEquality(_ condition: Query.Condition) throws(Failure) {
        guard condition.comparison == .equal || condition.comparison == .among else {
            throw .invalid(condition.field, "can only be compared as equal or with in")
        }
    }

    /// An expression whose `{}` stand for what limits places `p` to accounts, with the values for all of them.
    static func limited(_ expression: String, to accounts: SQLConditions?) -> (sql: String, values: [SQLValue]) {
        guard let accounts else { return (filled(expression, ""), []) }
        let holes = expression.utf8.count { $0 == UInt8(ascii: "{") }
        return (
            filled(expression, " AND p.folder IN (SELECT f.id FROM folder f WHERE \(accounts.sql))"),
            Array(repeating: accounts.values, count: holes).flatMap { $0 }
        )
    }

    static func filled(_ template: String, _ comparison: String) -> String {
        var out = ""
        var rest = template[...]
        while let brace = rest.firstIndex(of: "{") {
            out += rest[..<brace]
            out += comparison
            rest = rest[rest.index(brace, offsetBy: 2)...]
        }
        return out + rest
    }
}

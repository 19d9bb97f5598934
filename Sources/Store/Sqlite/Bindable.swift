import CSystem

/// What can be bound to a `?` of a statement.
protocol Bindable {
    /// SQLite's result code.
    func bind(_ statement: OpaquePointer, _ index: Int32) -> Int32
}

extension Int64: Bindable {
    func bind(_ statement: OpaquePointer, _ index: Int32) -> Int32 { sqlite3_bind_int64(statement, index, self) }
}

extension Int32: Bindable {
    func bind(_ statement: OpaquePointer, _ index: Int32) -> Int32 { sqlite3_bind_int64(statement, index, Int64(self)) }
}

extension Int: Bindable {
    func bind(_ statement: OpaquePointer, _ index: Int32) -> Int32 { sqlite3_bind_int64(statement, index, Int64(self)) }
}

extension Bool: Bindable {
    func bind(_ statement: OpaquePointer, _ index: Int32) -> Int32 {
        sqlite3_bind_int64(statement, index, self ? 1 : 0)
    }
}

extension String: Bindable {
    /// With its length, so that NUL bytes within the text are kept.
    func bind(_ statement: OpaquePointer, _ index: Int32) -> Int32 {
        var copy = self
        return copy.withUTF8 { utf8 in
            guard let base = utf8.baseAddress, utf8.count > 0 else {
                return csystem_sqlite_bind_text(statement, index, "", 0)
            }
            return base.withMemoryRebound(to: CChar.self, capacity: utf8.count) {
                csystem_sqlite_bind_text(statement, index, $0, utf8.count)
            }
        }
    }
}

extension Array: Bindable where Element == UInt8 {
    func bind(_ statement: OpaquePointer, _ index: Int32) -> Int32 {
        withUnsafeBytes { csystem_sqlite_bind_blob(statement, index, $0.baseAddress, $0.count) }
    }
}

extension Optional: Bindable where Wrapped: Bindable {
    func bind(_ statement: OpaquePointer, _ index: Int32) -> Int32 {
        switch self {
        case .some(let value): value.bind(statement, index)
        case .none: sqlite3_bind_null(statement, index)
        }
    }
}

/// A value whose type is known only at run time: conditions of a query.
enum SQLValue: Bindable, Equatable {
    case int(Int64)
    case text(String)
    case blob([UInt8])

    func bind(_ statement: OpaquePointer, _ index: Int32) -> Int32 {
        switch self {
        case .int(let value): value.bind(statement, index)
        case .text(let value): value.bind(statement, index)
        case .blob(let value): value.bind(statement, index)
        }
    }
}

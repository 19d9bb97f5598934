import Base

/// The bounds of a record, as mailroom.h promises them.
enum Limits {
    static let name = 64
    static let text = 64 << 20
    static let fields = 1000
    static let items = 100_000
    static let depth = 32
    /// A path (PATH_MAX without its NUL), a mail address, and the names of kinds, operations and parts.
    static let path = 4095
    static let address = 1024
    static let word = 256

    /// 1 to 64 bytes of printable ASCII without the space.
    static func isName(_ bytes: some Collection<UInt8>) -> Bool {
        (1...name).contains(bytes.count) && bytes.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// Bytes as a message may show them.
    static func printable(_ bytes: some Collection<UInt8>) -> String {
        String(decoding: bytes.prefix(name).map { (0x20...0x7E).contains($0) ? $0 : 0x3F }, as: UTF8.self)
    }

    /// Checks a record made from JSON, or one that becomes part of another.
    /// - Parameter depth: how many records and lists it stands in.
    static func check(_ record: Record, _ path: String, depth: Int) throws(Failure) {
        guard depth <= Limits.depth else { throw .invalid(path, "is nested too deeply") }
        guard record.fields.count <= fields else { throw .invalid(path, "has more than \(fields) fields") }
        for field in record.fields {
            guard isName(field.name.utf8) else {
                throw .invalid(path, "'\(printable(field.name.utf8))' is no name of a field")
            }
            try check(field.value, field.name, depth: depth)
        }
    }

    private static func check(_ value: Value, _ name: String, depth: Int) throws(Failure) {
        switch value {
        case .record(let record): try check(record, name, depth: depth + 1)
        case .list(let values):
            guard values.count <= items else { throw .invalid(name, "has more than \(items) items") }
            guard depth < Limits.depth else { throw .invalid(name, "is nested too deeply") }
            for value in values { try check(value, name, depth: depth + 1) }
        case .text, .int, .bytes: break
        }
    }
}

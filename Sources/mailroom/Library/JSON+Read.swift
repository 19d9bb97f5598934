/// JSON (RFC 8259) as the library writes records: objects, lists, texts and whole numbers.
///
/// Rows are read as their JSON because that is one call for a whole row, lists and records within included.
struct JSONReader {
    struct Malformed: Error {}

    private let bytes: [UInt8]
    private var at = 0
    private static let maximumDepth = 80

    private init(_ text: String) { bytes = Array(text.utf8) }

    static func row(_ text: String) throws -> Row {
        var reader = JSONReader(text)
        guard case .record(let row)? = try reader.value(depth: 0) else { throw Malformed() }
        reader.skipBlanks()
        guard reader.at == reader.bytes.count else { throw Malformed() }
        return row
    }

    private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }

    private mutating func take(_ byte: Character) -> Bool {
        guard next == byte.asciiValue else { return false }
        at += 1
        return true
    }

    private mutating func word(_ word: String) throws {
        for byte in word.utf8 {
            guard next == byte else { throw Malformed() }
            at += 1
        }
    }

    /// nil is JSON's null: an absent field.
    private mutating func value(depth: Int) throws -> Field? {
        guard depth < Self.maximumDepth else { throw Malformed() }
        skipBlanks()
        switch next {
        case UInt8(ascii: "{"): return .record(try object(depth: depth))
        case UInt8(ascii: "["): return .list(try array(depth: depth))
        case UInt8(ascii: "\""): return .text(try string())
        case UInt8(ascii: "t"):
            try word("true")
            return .int(1)
        case UInt8(ascii: "f"):
            try word("false")
            return .int(0)
        case UInt8(ascii: "n"):
            try word("null")
            return nil
        default: return .int(try number())
        }
    }

    private mutating func object(depth: Int) throws -> Row {
        var row = Row()
        at += 1
        skipBlanks()
        if take("}") { return row }
        while true {
            skipBlanks()
            guard next == UInt8(ascii: "\"") else { throw Malformed() }
            let name = try string()
            skipBlanks()
            guard take(":") else { throw Malformed() }
            row[name] = try value(depth: depth + 1)
            skipBlanks()
            if take("}") { return row }
            guard take(",") else { throw Malformed() }
        }
    }

    private mutating func array(depth: Int) throws -> [Field] {
        var items: [Field] = []
        at += 1
        skipBlanks()
        if take("]") { return items }
        while true {
            if let item = try value(depth: depth + 1) { items.append(item) }
            skipBlanks()
            if take("]") { return items }
            guard take(",") else { throw Malformed() }
        }
    }

    private mutating func number() throws -> Int64 {
        let start = at
        if next == UInt8(ascii: "-") { at += 1 }
        while let byte = next, byte >= 0x30, byte <= 0x39 { at += 1 }
        guard let number = Int64(String(decoding: bytes[start..<at], as: UTF8.self)) else { throw Malformed() }
        return number
    }

    private mutating func string() throws -> String {
        at += 1
        var text: [UInt8] = []
        while let byte = next {
            at += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text.append(contentsOf: String(try escape()).utf8)
            default: text.append(byte)
            }
        }
        throw Malformed()
    }

    private mutating func escape() throws -> Character {
        guard let byte = next else { throw Malformed() }
        at += 1
        switch byte {
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "u"): return Character(try escapedScalar())
        default: return Character(Unicode.Scalar(byte))
        }
    }

    /// `\uXXXX`, and a pair of them beyond the first plane; half a pair reads as U+FFFD.
    private mutating func escapedScalar() throws -> Unicode.Scalar {
        let first = try hex()
        guard first >= 0xD800, first < 0xDC00, next == UInt8(ascii: "\\"), at + 1 < bytes.count,
            bytes[at + 1] == UInt8(ascii: "u")
        else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
        at += 2
        let second = try hex()
        guard second >= 0xDC00, second < 0xE000 else { return "\u{FFFD}" }
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
    }

    private mutating func hex() throws -> UInt32 {
        guard at + 4 <= bytes.count,
            let value = UInt32(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16)
        else { throw Malformed() }
        at += 4
        return value
    }
}

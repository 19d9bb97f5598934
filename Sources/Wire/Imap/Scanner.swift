import Base

/// Reads the tokens of a response that is in memory (RFC 9051, section 4): atoms, numbers, strings, lists.
///
/// A literal's octets stand right behind its `{n}` CRLF; the octets of one that was passed on in pieces are not
/// there, and the offset of its brace is in `streamed`.
struct Scanner {
    let bytes: [UInt8]
    let streamed: [Int]
    let limits: Imap.Limits
    var position: Int
    private var items = 0

    init(_ bytes: [UInt8], at position: Int = 0, streamed: [Int] = [], limits: Imap.Limits = .init()) {
        self.bytes = bytes
        self.position = position
        self.streamed = streamed
        self.limits = limits
    }

    @inline(__always) var current: UInt8? { position < bytes.count ? bytes[position] : nil }
    var isAtEnd: Bool { position >= bytes.count }
    var rest: ArraySlice<UInt8> { bytes[min(position, bytes.count)...] }

    func malformed(_ what: String) -> Failure { Imap.malformed(what, rest) }

    /// Takes the byte where it is next.
    @inline(__always) mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    mutating func expect(_ byte: UInt8) throws(Failure) {
        guard take(byte) else { throw malformed("\(Character(UnicodeScalar(byte))) is missing") }
    }

    /// Blanks, of which real servers send none or several where the grammar says one.
    @inline(__always) mutating func spaces() {
        while position < bytes.count, bytes[position] == 0x20 { position += 1 }
    }

    /// An atom (RFC 9051, section 9: ATOM-CHAR), and beyond it whatever real servers put there: it ends at a
    /// blank, a parenthesis, a bracket, a brace, a quote, or a control character. Empty where there is none.
    @inline(__always) mutating func atom() -> Range<Int> {
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case 0...0x20, 0x22, 0x28, 0x29, 0x5b, 0x5d, 0x7b, 0x7f: return start..<position
            default: position += 1
            }
        }
        return start..<position
    }

    /// Whether the bytes are this word, in ASCII letters of either case.
    @inline(__always) func word(_ range: Range<Int>, is word: StaticString) -> Bool {
        let octets = word.octets
        guard octets.count == range.count else { return false }
        var index = range.lowerBound
        for octet in octets {
            if bytes[index].upperCased != octet { return false }
            index += 1
        }
        return true
    }

    func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// A number; -1 is read as nil, `12.0` as 12, a quoted or NIL one as what it says (servers do all of these).
    mutating func number() throws(Failure) -> UInt64? {
        let quoted = take(0x22)
        let negative = take(0x2d)
        let start = position
        var value: UInt64 = 0
        while let byte = current, byte.isDigit {
            let (ten, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, more) = ten.addingReportingOverflow(UInt64(byte - 0x30))
            if over || more { throw malformed("a number is too large") }
            value = sum
            position += 1
        }
        if position == start {
            let found = atom()
            guard !negative, word(found, is: "NIL") else { throw malformed("a number is missing") }
            return nil
        }
        if take(0x2e) { while let byte = current, byte.isDigit { position += 1 } }
        if quoted { _ = take(0x22) }
        return negative ? nil : value
    }

    /// A quoted string (RFC 9051, section 4.3), the quote being next.
    private mutating func quoted() throws(Failure) -> [UInt8] {
        position += 1
        var out: [UInt8] = []
        while let byte = current {
            position += 1
            switch byte {
            case 0x22: return out
            case 0x5c:
                guard let escaped = current else { throw malformed("a quoted string has no end") }
                position += 1
                out.append(escaped)
            default: out.append(byte)
            }
        }
        throw malformed("a quoted string has no end")
    }

    /// A literal, literal8 or streamed literal (RFC 9051, section 4.3; RFC 7888), `{` or `~{` being next.
    private mutating func literal() throws(Failure) -> Imap.Item {
        let open = position
        _ = take(0x7e)
        try expect(0x7b)
        guard let size = try number(), size <= UInt64(limits.body) else { throw malformed("a literal's size") }
        _ = take(0x2b)
        try expect(0x7d)
        if streamed.contains(open) { return .streamed(Int64(size)) }
        guard take(0x0d), take(0x0a), size <= UInt64(bytes.count - position) else {
            throw malformed("a literal is cut off")
        }
        let start = position
        position += Int(size)
        return .string(Array(bytes[start..<position]))
    }

    /// Any value: NIL, atom, string, or a list of them. Depth and number are bounded.
    mutating func value(depth: Int = 0) throws(Failure) -> Imap.Item {
        items += 1
        if items > limits.items { throw malformed("too many items in one response") }
        switch current {
        case 0x22: return .string(try quoted())
        case 0x7b: return try literal()
        case 0x7e where position + 1 < bytes.count && bytes[position + 1] == 0x7b: return try literal()
        case 0x28:
            if depth >= limits.depth { throw malformed("lists are nested too deeply") }
            position += 1
            var list: [Imap.Item] = []
            while true {
                spaces()
                if take(0x29) { return .list(list) }
                if isAtEnd { throw malformed("a list has no end") }
                list.append(try value(depth: depth + 1))
            }
        case 0x5b, 0x5d:
            // Brackets inside atoms: `BODY[]` in odd places, `[Gmail]` unquoted.
            return .atom(Array(bytes[bracketed()]))
        default:
            let found = bracketed()
            if found.isEmpty { throw malformed("a value is missing") }
            return word(found, is: "NIL") ? .none : .atom(Array(bytes[found]))
        }
    }

    /// An atom in which brackets may stand.
    private mutating func bracketed() -> Range<Int> {
        let start = position
        while let byte = current {
            if byte == 0x5b || byte == 0x5d { position += 1 } else if atom().isEmpty { break }
        }
        return start..<position
    }

    /// An astring or nstring as bytes: nil for NIL (RFC 9051, section 9).
    mutating func nstring() throws(Failure) -> [UInt8]? {
        switch try value() {
        case .none, .list, .streamed: nil
        case .atom(let bytes), .string(let bytes): bytes
        }
    }

    /// An astring in which NIL is a word like any other: a mailbox may be called so.
    mutating func astring() throws(Failure) -> [UInt8] {
        let start = position
        switch try value() {
        case .none: return Array(bytes[start..<position])
        case .atom(let bytes), .string(let bytes): return bytes
        case .list, .streamed: throw malformed("a string is missing")
        }
    }

    /// The words of a parenthesized list, the parenthesis being next: flags, attributes. NIL is an empty list,
    /// and what is nested in it (a server's fault) is left out.
    mutating func words() throws(Failure) -> [String] {
        guard current == 0x28 else {
            if case .none = try value() { return [] }
            throw malformed("a list is missing")
        }
        position += 1
        var list: [String] = []
        while true {
            spaces()
            if take(0x29) { return list }
            let found = bracketed()
            if found.isEmpty {
                if isAtEnd { throw malformed("a list has no end") }
                if case .string(let bytes) = try value(depth: 1) { list.append(String(decoding: bytes, as: UTF8.self)) }
            } else {
                list.append(string(found))
            }
            if list.count > limits.items { throw malformed("too many items in one response") }
        }
    }
}

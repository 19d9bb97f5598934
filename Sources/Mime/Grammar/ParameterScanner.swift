/// Reads the parts of a field with parameters, however it is damaged: missing semicolons and quotes, spaces where none
/// belong, comments.
struct ParameterScanner {
    private let bytes: [UInt8]
    private var at: Int
    private let end: Int

    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        at = range.lowerBound
        end = range.upperBound
    }

    /// What stands before the first semicolon, lower case and without spaces. A parameter after a space ends it, too.
    mutating func word() -> String {
        var out: [UInt8] = []
        while at < end, bytes[at] != UInt8(ascii: ";") {
            if bytes[at].isSpace {
                skipSpace()
                if !out.isEmpty, attributeEnd(from: at) != nil { break }
            } else if bytes[at] == UInt8(ascii: "(") {
                skipComment()
            } else {
                if bytes[at] != UInt8(ascii: "\""), !bytes[at].isControl { out.append(bytes[at].lowercased) }
                at += 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The next parameter; nil at the end.
    mutating func parameter() -> RawParameter? {
        while at < end {
            while at < end, bytes[at] == UInt8(ascii: ";") || bytes[at].isSpace || bytes[at] == UInt8(ascii: "(") {
                if bytes[at] == UInt8(ascii: "(") { skipComment() } else { at += 1 }
            }
            guard let nameEnd = attributeEnd(from: at) else {
                // Something that is no parameter.
                while at < end, bytes[at] != UInt8(ascii: ";") { at += 1 }
                continue
            }
            let name = at..<nameEnd
            at = nameEnd
            skipSpace()
            at += 1
            skipSpace()
            let value = at < end && bytes[at] == UInt8(ascii: "\"") ? quoted() : unquoted()
            return Self.marked(bytes.lowercasedText(name), value)
        }
        return nil
    }

    /// The end of the name of a parameter that begins at `from`: a token with an equals sign after it.
    private func attributeEnd(from: Int) -> Int? {
        var index = from
        while index < end, bytes[index].isToken, index - from < 100 { index += 1 }
        let nameEnd = index
        guard nameEnd > from else { return nil }
        while index < end, bytes[index].isSpace { index += 1 }
        return index < end && bytes[index] == UInt8(ascii: "=") ? nameEnd : nil
    }

    private mutating func skipSpace() {
        while at < end, bytes[at].isSpace { at += 1 }
    }

    private mutating func skipComment() {
        var depth = 0
        while at < end {
            if bytes[at] == UInt8(ascii: "(") { depth += 1 }
            if bytes[at] == UInt8(ascii: ")") { depth -= 1 }
            if bytes[at] == UInt8(ascii: "\\") { at += 1 }
            at += 1
            if depth == 0 { return }
        }
        at = end
    }

    /// A backslash is kept before a letter or digit: there it is Windows' own in a path.
    private mutating func quoted() -> [UInt8] {
        at += 1
        var close = at
        while close < end, bytes[close] != UInt8(ascii: "\"") { close += bytes[close] == UInt8(ascii: "\\") ? 2 : 1 }
        guard close < end else {
            // Without its end it goes to the semicolon.
            let value = unquoted()
            return value
        }
        var out: [UInt8] = []
        while at < close {
            if bytes[at] == UInt8(ascii: "\\"), at + 1 < close, !bytes[at + 1].isAlphanumeric { at += 1 }
            if bytes[at] != 13, bytes[at] != 10 { out.append(bytes[at]) }
            at += 1
        }
        at = close + 1
        return out
    }

    /// Up to the semicolon, or to a space with another parameter after it.
    private mutating func unquoted() -> [UInt8] {
        let start = at
        while at < end, bytes[at] != UInt8(ascii: ";") {
            if bytes[at].isSpace {
                let space = at
                skipSpace()
                if at < end, bytes[at] == UInt8(ascii: "(") || attributeEnd(from: at) != nil {
                    return HeaderText.unfold(bytes, start..<space)
                }
            } else {
                at += 1
            }
        }
        var value = HeaderText.unfold(bytes, bytes.trimmed(start..<at))
        if value.last == UInt8(ascii: "\"") { value.removeLast() }
        return value
    }

    /// Takes `*`, `*N` and `*N*` off a name (RFC 2231, sections 3 and 4).
    private static func marked(_ given: String, _ value: [UInt8]) -> RawParameter {
        var name = given[...]
        let extended = name.hasSuffix("*")
        if extended { name = name.dropLast() }
        var section: Int?
        if let star = name.lastIndex(of: "*"), let number = Int(name[name.index(after: star)...]), number >= 0 {
            section = number
            name = name[..<star]
        }
        return RawParameter(name: String(name), section: section, extended: extended, value: value)
    }
}

/// One header, split into its fields (RFC 5322, section 2.2).
struct HeaderBlock {
    var fields: [HeaderField] = []
    /// Where lines begin that are no fields and that no field follows: a body without the empty line before it.
    var bodyStart: Int?

    /// - Parameter bytes: whole lines, with or without the empty line at the end.
    init(_ bytes: [UInt8], limits: Limits, _ defects: inout Defects) {
        fields.reserveCapacity(24)
        var name: Range<Int>?
        var value = 0..<0
        var junk: Int?
        var at = 0
        while at < bytes.count {
            let lineEnd = Self.lineEnd(bytes, from: at)
            let content = Self.content(bytes, at..<lineEnd)
            defer { at = lineEnd }
            if content.isEmpty { continue }
            if bytes[at] == 32 || bytes[at] == 9 {
                // A folded line belongs to the field above it, or to the lines above it that are none.
                if junk == nil, name != nil {
                    value = value.lowerBound..<content.upperBound
                } else if junk == nil {
                    junk = at
                }
                continue
            }
            guard let nameEnd = Self.nameEnd(bytes, content),
                let colon = Self.colon(bytes, nameEnd..<content.upperBound)
            else {
                if Self.isMboxLine(bytes, content) {
                    defects.note(.mboxLine)
                } else if junk == nil {
                    junk = at
                }
                continue
            }
            if junk != nil {
                defects.note(.headerMalformed)
                junk = nil
            }
            if let name { add(bytes, name, value, limits, &defects) }
            name = at..<nameEnd
            value = (colon + 1)..<content.upperBound
        }
        if let name { add(bytes, name, value, limits, &defects) }
        if junk != nil { defects.note(.headerEndMissing) }
        bodyStart = junk
    }

    /// The first field of that kind.
    func first(_ known: KnownField) -> HeaderField? { fields.first { $0.known == known } }

    private mutating func add(
        _ bytes: [UInt8], _ name: Range<Int>, _ value: Range<Int>, _ limits: Limits, _ defects: inout Defects
    ) {
        guard fields.count < limits.headerFields else { return defects.note(.headersTooMany) }
        fields.append(HeaderField(block: bytes, name: name, value: value))
    }

    private static func lineEnd(_ bytes: [UInt8], from: Int) -> Int {
        bytes.withUnsafeBytes { $0.index(of: 10, from: from).map { $0 + 1 } ?? $0.count }
    }

    /// The line without its end.
    private static func content(_ bytes: [UInt8], _ line: Range<Int>) -> Range<Int> {
        var end = line.upperBound
        if end > line.lowerBound, bytes[end - 1] == 10 { end -= 1 }
        while end > line.lowerBound, bytes[end - 1] == 13 { end -= 1 }
        return line.lowerBound..<end
    }

    /// The end of a field name at the begin of the line: printable ASCII but the colon.
    private static func nameEnd(_ bytes: [UInt8], _ line: Range<Int>) -> Int? {
        var at = line.lowerBound
        while at < line.upperBound, bytes[at] > 32, bytes[at] < 127, bytes[at] != UInt8(ascii: ":") { at += 1 }
        return at > line.lowerBound ? at : nil
    }

    /// The colon after a name, with spaces before it as the obsolete syntax has them.
    private static func colon(_ bytes: [UInt8], _ rest: Range<Int>) -> Int? {
        var at = rest.lowerBound
        while at < rest.upperBound, bytes[at] == 32 || bytes[at] == 9 { at += 1 }
        return at < rest.upperBound && bytes[at] == UInt8(ascii: ":") ? at : nil
    }

    private static func isMboxLine(_ bytes: [UInt8], _ line: Range<Int>) -> Bool {
        bytes[line].starts(with: "From ".utf8) || bytes[line].starts(with: ">From ".utf8)
    }
}

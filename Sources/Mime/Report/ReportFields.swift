/// The fields of a report for machines: groups of header-like fields with empty lines between (RFC 3464, section 2.1;
/// RFC 8098, section 3; RFC 5965, section 3).
struct ReportFields {
    struct Group {
        /// Names are lower case; values are one line each, of at most 1,000 bytes.
        private(set) var fields: [(name: String, value: String)] = []

        subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }

        var isEmpty: Bool { fields.isEmpty }

        mutating func add(_ name: String, _ value: String) { fields.append((name, value)) }

        mutating func fold(_ rest: Substring) {
            guard let last = fields.indices.last else { return }
            let room = ReportFields.longest - fields[last].value.utf8.count - 1
            if room > 0 { fields[last].value += " " + ReportLines.cut(rest, room) }
        }
    }

    private(set) var groups: [Group] = []

    private static let mostFields = 10_000
    fileprivate static let longest = 1_000

    init(_ text: String) {
        var group = Group()
        var count = 0
        for line in ReportLines.split(text) {
            let content = ReportLines.trimmed(line)
            if content.isEmpty {
                if !group.isEmpty { groups.append(group) }
                group = Group()
            } else if let first = line.utf8.first, first == 32 || first == 9 {
                group.fold(content)
            } else if count < Self.mostFields, let (name, value) = Self.field(content) {
                count += 1
                // A recipient begins without an empty line before it.
                if name == "final-recipient", group[name] != nil {
                    groups.append(group)
                    group = Group()
                }
                group.add(name, value)
            }
        }
        if !group.isEmpty { groups.append(group) }
    }

    /// The first value of that name in any group.
    subscript(_ name: String) -> String? { groups.lazy.compactMap { $0[name] }.first }

    private static func field(_ line: Substring) -> (name: String, value: String)? {
        guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else { return nil }
        let name = ReportLines.trimmed(line[..<colon])
        guard name.utf8.count <= 60, name.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else { return nil }
        let value = ReportLines.trimmed(line[line.utf8.index(after: colon)...])
        return (name.lowercased(), ReportLines.cut(value, longest))
    }
}

/// Lines of a report's text.
enum ReportLines {
    private static let most = 4_000

    /// Without their ends; at most 4,000.
    static func split(_ text: String) -> [Substring] {
        var lines: [Substring] = []
        var rest = text[...].utf8
        while !rest.isEmpty, lines.count < most {
            let end = rest.firstIndex(of: 10) ?? rest.endIndex
            var line = Substring(rest[..<end])
            if line.utf8.last == 13 { line = Substring(line.utf8.dropLast()) }
            lines.append(line)
            rest = end == rest.endIndex ? rest[end...] : rest[rest.index(after: end)...]
        }
        return lines
    }

    /// Without blanks at its ends.
    static func trimmed(_ line: Substring) -> Substring {
        var bytes = line.utf8
        while let first = bytes.first, first.isSpace { bytes = bytes.dropFirst() }
        while let last = bytes.last, last.isSpace { bytes = bytes.dropLast() }
        return Substring(bytes)
    }

    /// At most so many bytes of it, cut between characters, without control characters.
    static func cut(_ text: some StringProtocol, _ limit: Int) -> String {
        let bytes = Array(text.utf8)
        var end = min(limit, bytes.count)
        while end > 0, end < bytes.count, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return HeaderText.cleaned(String(decoding: bytes[..<end], as: UTF8.self))
    }
}

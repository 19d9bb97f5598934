/// Flags of a message: the system flags (RFC 9051, section 2.3.2) as bits, everything else as keywords.
struct FlagSet: Equatable {
    static let seen: Int64 = 1
    static let answered: Int64 = 2
    static let flagged: Int64 = 4
    static let draft: Int64 = 8
    static let deleted: Int64 = 16
    private static let system: [(String, Int64)] = [
        ("\\Seen", seen), ("\\Answered", answered), ("\\Flagged", flagged), ("\\Draft", draft), ("\\Deleted", deleted),
    ]
    /// A hostile server could give any number.
    private static let mostKeywords = 100

    private(set) var bits: Int64 = 0
    private(set) var keywords: [String] = []

    init() {}

    init(_ names: [String]) {
        for name in names {
            if name.utf8.first == UInt8(ascii: "\\"),
                let known = FlagSet.system.first(where: { $0.0 == name || $0.0.lowercased() == name.lowercased() })
            {
                bits |= known.1
            } else if !name.isEmpty, !name.utf8.contains(where: { $0 <= 32 }), keywords.count < FlagSet.mostKeywords,
                !keywords.contains(name)
            {
                keywords.append(name)
            }
        }
        keywords.sort()
    }

    /// From a row: keywords stand with blanks between them.
    init(bits: Int64, keywords: String?) {
        self.bits = bits
        self.keywords = keywords?.split(separator: " ").map(String.init) ?? []
    }

    /// Nil where there are none.
    var keywordText: String? { keywords.isEmpty ? nil : keywords.joined(separator: " ") }

    var isSeen: Bool { bits & FlagSet.seen != 0 }

    var names: [String] { FlagSet.system.filter { bits & $0.1 != 0 }.map(\.0) + keywords }

    mutating func unite(_ other: FlagSet) {
        bits |= other.bits
        for keyword in other.keywords where !keywords.contains(keyword) { keywords.append(keyword) }
    }
}

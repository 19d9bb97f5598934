import Base

/// `tag=value; tag=value` as DKIM and DMARC records are written (RFC 6376, section 3.2).
struct TagList: Equatable {
    private(set) var tags: [(name: String, value: String)] = []

    /// What keeps a text from being one: a line for people.
    struct Fault: Error, Equatable {
        let words: String
    }

    static let maximumTags = 64

    init(_ text: String) throws(Fault) {
        for part in text.split(separator: ";", omittingEmptySubsequences: false) {
            let trimmed = part.trimmed
            if trimmed.isEmpty { continue }
            guard let equals = trimmed.firstIndex(of: "=") else {
                throw Fault(words: "'\(trimmed.prefix(60))' is not of the form tag=value")
            }
            let name = trimmed[..<equals].trimmed
            let value = trimmed[trimmed.index(after: equals)...].trimmed
            guard let first = name.utf8.first, first.isLetter,
                name.utf8.allSatisfy({ $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") })
            else { throw Fault(words: "'\(name.prefix(60))' is not the name of a tag") }
            guard !tags.contains(where: { $0.name == name }) else { throw Fault(words: "the tag \(name) stands twice") }
            guard tags.count < TagList.maximumTags else { throw Fault(words: "there are too many tags") }
            tags.append((String(name), String(value)))
        }
    }

    subscript(_ name: String) -> String? { tags.first { $0.name == name }?.value }

    static func == (left: TagList, right: TagList) -> Bool {
        left.tags.elementsEqual(right.tags) { $0.name == $1.name && $0.value == $1.value }
    }
}

extension UInt8 {
    var isLetter: Bool { (0x61...0x7A).contains(self | 0x20) && self < 0x80 }
    var isDigit: Bool { (0x30...0x39).contains(self) }
}

extension StringProtocol {
    /// Without blanks, tabs and line ends at either end.
    var trimmed: SubSequence {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\n" || $0 == "\r\n" }
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else {
            return self[endIndex..<endIndex]
        }
        return self[first...last]
    }
}

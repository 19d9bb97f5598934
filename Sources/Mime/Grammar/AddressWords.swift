/// One word of an address or a phrase, by its place.
struct AddressWord {
    enum Kind { case atom, quoted, literal }
    var kind: Kind
    /// With the quotes or brackets.
    var range: Range<Int>
    /// Whether the word is the `@` between local part and domain.
    var isAt = false
    /// Whether a space or comment stands before it.
    var spaced = false
}

/// The words between two separators.
struct AddressWords {
    private var words: [AddressWord] = []
    private(set) var hasAt = false
    /// The last comment among them.
    var comment: Range<Int>?

    var isEmpty: Bool { words.isEmpty }
    var count: Int { words.count }
    var isQuoted: Bool { words.contains { $0.kind == .quoted } }

    mutating func append(_ word: AddressWord) {
        words.append(word)
        if word.isAt { hasAt = true }
    }

    /// The words as a phrase: quotes taken off, spaces between as they were.
    func phrase(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        for word in words {
            if word.spaced, !out.isEmpty { out.append(32) }
            if word.kind == .quoted {
                out += AddressLexer.unquoted(bytes, word.range)
            } else {
                out += bytes[word.range]
            }
        }
        return out
    }

    /// `local@domain` among the words, and the words before it. Spaces around dots and the `@` belong to the obsolete
    /// syntax; other words before are a name whose brackets are missing, and words after it are lost (`isWhole` is false).
    func address(_ bytes: [UInt8]) -> (address: [UInt8], before: AddressWords, isWhole: Bool)? {
        guard let at = words.lastIndex(where: \.isAt), at > 0 else { return nil }
        var first = at - 1
        while first > 0 {
            let joined = !words[first].spaced || endsWithDot(bytes, first - 1) || beginsWithDot(bytes, first)
            if !joined { break }
            first -= 1
        }
        var after = at + 1
        while after < words.count {
            let joined =
                after == at + 1 || !words[after].spaced || endsWithDot(bytes, after - 1)
                || beginsWithDot(bytes, after)
            if !joined { break }
            after += 1
        }
        guard after > at + 1 else { return nil }
        var before = AddressWords()
        for word in words[..<first] { before.append(word) }
        return (Self.joined(bytes, words[first..<after]), before, after == words.count)
    }

    /// Words put together without spaces. Quotes that are not needed are taken off.
    static func joined(_ bytes: [UInt8], _ words: ArraySlice<AddressWord>) -> [UInt8] {
        var out: [UInt8] = []
        for word in words {
            if word.kind == .quoted {
                let inner = AddressLexer.unquoted(bytes, word.range)
                if AddressParser.isDotAtom(inner[...]) { out += inner } else { out += quoted(inner) }
            } else {
                out += bytes[word.range].filter { !$0.isControl }
            }
        }
        return out
    }

    private static func quoted(_ inner: [UInt8]) -> [UInt8] {
        var out: [UInt8] = [UInt8(ascii: "\"")]
        for byte in inner where !byte.isControl {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { out.append(UInt8(ascii: "\\")) }
            out.append(byte)
        }
        return out + [UInt8(ascii: "\"")]
    }

    private func endsWithDot(_ bytes: [UInt8], _ index: Int) -> Bool {
        words[index].kind == .atom && bytes[words[index].range].last == UInt8(ascii: ".")
    }

    private func beginsWithDot(_ bytes: [UInt8], _ index: Int) -> Bool {
        words[index].kind == .atom && bytes[words[index].range].first == UInt8(ascii: ".")
    }
}

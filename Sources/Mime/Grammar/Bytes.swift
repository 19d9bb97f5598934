extension UInt8 {
    /// `A`...`Z` to `a`...`z`; everything else stays.
    var lowercased: UInt8 { self &- 65 < 26 ? self | 0x20 : self }

    var isAlphanumeric: Bool { (self | 0x20) &- 97 < 26 || self &- 48 < 10 }

    var isDigit: Bool { self &- 48 < 10 }

    /// Space, tab, CR and LF: what folding leaves between words.
    var isSpace: Bool { self == 32 || self == 9 || self == 13 || self == 10 }

    /// The value of a hexadecimal digit of either case.
    var hexValue: UInt8? {
        switch self {
        case 48...57: self &- 48
        case 65...70: self &- 55
        case 97...102: self &- 87
        default: nil
        }
    }

    /// What may stand in a token of MIME (RFC 2045, section 5.1).
    var isToken: Bool {
        switch self {
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x30...0x39, 0x41...0x5A, 0x5E...0x7E: true
        default: false
        }
    }

    /// What may stand in an atom (RFC 5322, section 3.2.3), with UTF-8 (RFC 6532).
    var isAtom: Bool {
        switch self {
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2F...0x39, 0x3D, 0x3F, 0x41...0x5A, 0x5E...0x7E, 0x80...0xFF: true
        default: false
        }
    }

    /// The control characters of ASCII.
    var isControl: Bool { self < 32 || self == 127 }
}

extension [UInt8] {
    /// The part of `range` without spaces at its ends.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var low = range.lowerBound
        var high = range.upperBound
        while low < high, self[low].isSpace { low += 1 }
        while high > low, self[high - 1].isSpace { high -= 1 }
        return low..<high
    }

    /// Whether the bytes of `range` are `word` (lower case) in any case.
    func matches(_ range: Range<Int>, _ word: StaticString) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        let expected = word.utf8Start
        for index in 0..<range.count where self[range.lowerBound + index].lowercased != expected[index] {
            return false
        }
        return true
    }

    /// The text of `range`, lower case; bytes above 127 are kept as they are.
    func lowercasedText(_ range: Range<Int>) -> String {
        String(decoding: self[range].map(\.lowercased), as: UTF8.self)
    }
}

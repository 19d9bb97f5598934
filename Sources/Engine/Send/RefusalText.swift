import Base

/// What a server said, made comparable: its words in small letters with one blank between them, without the codes that
/// stand in the midst of a reply of several lines, and the codes apart.
struct RefusalText: Sendable {
    /// With a blank at both ends, so that a whole word can be looked for.
    let words: String
    /// The first enhanced status code in the text, as `5.7.1`.
    let enhanced: String?
    /// The reply code that the text begins with, as in "smtp; 550-5.1.1 ..." of a bounce.
    let smtp: Int32?

    /// So much of a text is looked at.
    private static let limit = 4096

    init(_ text: String) {
        var kept: [String] = []
        var enhanced: String?
        var smtp: Int32?
        var isBeginning = true
        for word in RefusalText.split(text) {
            if let code = RefusalText.status(word) {
                enhanced = enhanced ?? code
                // "550-5.1.1" at the beginning of each line.
                if let last = kept.last, RefusalText.replyCode(last) != nil { kept.removeLast() }
                isBeginning = false
                continue
            }
            if isBeginning {
                if word == "smtp;" { continue }
                isBeginning = false
                if let code = RefusalText.replyCode(word) {
                    smtp = code
                    kept.append(word)
                    continue
                }
            }
            kept.append(word)
        }
        words = " " + kept.joined(separator: " ") + " "
        self.enhanced = enhanced
        self.smtp = smtp
    }

    func has(_ words: String) -> Bool { self.words.has(words) }

    /// Blanks, hyphens, underscores and control characters part words; a curly apostrophe is a straight one.
    private static func split(_ text: String) -> [String] {
        var words: [String] = []
        var word: [UInt8] = []
        func end() {
            if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
            word.removeAll(keepingCapacity: true)
        }
        for scalar in text.unicodeScalars.prefix(limit) {
            switch scalar.value {
            case 0...32, 0x2d, 0x5f, 0x7f, 0xa0: end()
            case 0x41...0x5a: word.append(UInt8(scalar.value | 32))
            case 0x2018, 0x2019: word.append(0x27)
            default: word.append(contentsOf: Array(String(scalar).utf8))
            }
        }
        end()
        return words
    }

    /// `5.1.1`, also as `(5.1.1)`, `#5.1.1`, `5.1.1:`.
    private static func status(_ word: String) -> String? {
        var bare = word.utf8.drop { !isDigit($0) && $0 < 0x61 }.prefix { isDigit($0) || $0 == 0x2e }
        if bare.last == 0x2e { bare = bare.dropLast() }
        let rest = word.utf8.count - bare.count
        // Brackets, a number sign, a colon: not a part of something longer, as an address is.
        guard rest <= 3, !word.utf8.contains(where: { (0x61...0x7a).contains($0) }) else { return nil }
        let numbers = bare.split(separator: 0x2e, omittingEmptySubsequences: false)
        guard numbers.count == 3, numbers.allSatisfy({ (1...3).contains($0.count) }), numbers[0].count == 1,
            let first = numbers[0].first, first == 0x34 || first == 0x35
        else { return nil }
        return String(decoding: Array(bare), as: UTF8.self)
    }

    private static func replyCode(_ word: String) -> Int32? {
        guard word.utf8.count == 3, let code = Int32(word), (400...599).contains(code) else { return nil }
        return code
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}

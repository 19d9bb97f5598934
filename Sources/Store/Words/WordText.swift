import Base

/// Text as the index of words takes it.
enum WordText {
    /// Bytes of one field of a message that are indexed.
    static let most = 64 * 1024

    /// Writing that puts no spaces between words has every character as a word of its own, here and in what is asked for:
    /// a word of several is found as those that follow each other.
    static func spaced(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 >= 0xE0 }), text.unicodeScalars.contains(where: isUnspaced) else {
            return text
        }
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isUnspaced(scalar) {
                out.append(" ")
                out.append(scalar)
                out.append(" ")
            } else {
                out.append(scalar)
            }
        }
        return String(out)
    }

    /// Thai, Lao, Burmese and Khmer; Chinese characters, Kana and Bopomofo.
    private static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x2E80...0x31BF, 0x31F0...0x9FFF, 0xF900...0xFAFF,
            0x20000...0x3FFFF:
            true
        default: false
        }
    }

    /// The beginning of a text. A character that is cut is no word.
    static func bounded(_ text: String) -> String {
        text.utf8.count > most ? String(decoding: text.utf8.prefix(most), as: UTF8.self) : text
    }
}

/// What a person asks for by words, as FTS5 takes it: nothing that is written in it can be an error of syntax.
enum WordQuery {
    private static let mostBytes = 2_000
    private static let mostWords = 50

    /// Words, each of which must be there; in double quotes those that must follow each other; with a star at the end
    /// whatever begins so. Everything else between words only separates them.
    /// - Throws: `MR_E_INVALID` where no word is in it, or too many are.
    static func match(_ text: String) throws(Failure) -> String {
        guard text.utf8.count <= mostBytes else { throw .invalid("text", "is longer than \(mostBytes) bytes") }
        var terms: [String] = []
        var word = String.UnicodeScalarView()
        var quoted = false
        func take(prefix: Bool) {
            let text = WordText.spaced(String(word))
            word = String.UnicodeScalarView()
            // Of signs alone nothing is indexed.
            guard text.unicodeScalars.contains(where: isWord) else { return }
            terms.append("\"\(text)\"\(prefix ? "*" : "")")
        }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"":
                take(prefix: false)
                quoted.toggle()
            case "*" where !quoted: take(prefix: true)
            case _ where scalar.value == 0 || !quoted && scalar.properties.isWhitespace: take(prefix: false)
            default: word.append(scalar)
            }
        }
        take(prefix: false)
        guard !terms.isEmpty else { throw .invalid("text", "has no word to look for") }
        guard terms.count <= mostWords else { throw .invalid("text", "has more than \(mostWords) words") }
        return terms.joined(separator: " AND ")
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .privateUse:
            true
        default: false
        }
    }
}

/// The tokens of an address list. Quotes and comments without their end count as ordinary characters.
struct AddressLexer {
    enum Token {
        case word(AddressWord)
        /// The inside of a comment.
        case comment(Range<Int>)
        case open, comma, semicolon, colon, end
    }
    enum Separator { case none, comma, semicolon, end }

    let bytes: [UInt8]
    private var at: Int
    private let end: Int
    private var spaced = false
    private var commentsAreText = false
    private var quotesAreText = false
    private(set) var last = Separator.none
    /// A quote, comment or bracket without its other half was seen.
    private(set) var isDamaged = false

    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        at = range.lowerBound
        end = range.upperBound
    }

    /// The comma just read, as a word.
    var commaWord: AddressWord { AddressWord(kind: .atom, range: (at - 1)..<at) }

    mutating func next() -> Token {
        while at < end {
            let byte = bytes[at]
            switch byte {
            case 32, 0...31, 127:
                spaced = true
                at += 1
            case UInt8(ascii: "("):
                if let comment = comment() { return .comment(comment) }
                return word()
            case UInt8(ascii: ","): return separator(.comma, .comma)
            case UInt8(ascii: ";"): return separator(.semicolon, .semicolon)
            case UInt8(ascii: ":"): return separator(.colon, .none)
            case UInt8(ascii: "<"): return separator(.open, .none)
            case UInt8(ascii: ">"):
                // One too many.
                isDamaged = true
                at += 1
            case UInt8(ascii: "@"):
                at += 1
                return .word(take(AddressWord(kind: .atom, range: (at - 1)..<at, isAt: true)))
            case UInt8(ascii: "\""):
                if let close = closingQuote(from: at + 1) {
                    let range = at..<(close + 1)
                    at = close + 1
                    return .word(take(AddressWord(kind: .quoted, range: range)))
                }
                at += 1
            case UInt8(ascii: "["):
                if let close = literalEnd() {
                    let range = at..<(close + 1)
                    at = close + 1
                    return .word(take(AddressWord(kind: .literal, range: range)))
                }
                return word()
            default: return word()
            }
        }
        last = .end
        return .end
    }

    /// After `open`: the address up to the closing bracket, without spaces, comments and a route.
    mutating func angle() -> (content: [UInt8], closed: Bool) {
        var words: [AddressWord] = []
        var closed = false
        scan: while at < end {
            if bytes[at] == UInt8(ascii: ">") {
                at += 1
                closed = true
                break
            }
            let before = self
            switch next() {
            case .word(let word): words.append(word)
            case .comment: continue
            case .colon: words = []
            case .open:
                isDamaged = true
                if words.isEmpty { continue }
                self = before
                break scan
            case .comma:
                // Within a route (`<@a,@b:c@d>`), or the bracket is missing.
                if words.first?.isAt != true {
                    self = before
                    break scan
                }
            case .semicolon:
                self = before
                break scan
            case .end: break scan
            }
        }
        spaced = false
        return (AddressWords.joined(bytes, words[...]), closed)
    }

    /// Makes the bracket just read the next token again.
    mutating func pushBackOpen() { at -= 1 }

    /// The inside of a quoted string, without its backslashes.
    static func unquoted(_ bytes: [UInt8], _ range: Range<Int>) -> [UInt8] {
        var out: [UInt8] = []
        var at = range.lowerBound + 1
        while at < range.upperBound - 1 {
            if bytes[at] == UInt8(ascii: "\\"), at + 1 < range.upperBound - 1 { at += 1 }
            if bytes[at] != 13, bytes[at] != 10 { out.append(bytes[at]) }
            at += 1
        }
        return out
    }

    private mutating func separator(_ token: Token, _ kind: Separator) -> Token {
        at += 1
        spaced = false
        last = kind
        return token
    }

    private mutating func take(_ given: AddressWord) -> AddressWord {
        var word = given
        word.spaced = spaced
        spaced = false
        return word
    }

    /// A run of characters that mean nothing else. An encoded word is one, whatever it holds.
    private mutating func word() -> Token {
        let start = at
        if let close = encodedWordEnd() { at = close } else { at += 1 }
        while at < end, bytes[at].isAtom || bytes[at] == UInt8(ascii: ".") {
            if bytes[at] == UInt8(ascii: "="), let close = encodedWordEnd() { at = close } else { at += 1 }
        }
        return .word(take(AddressWord(kind: .atom, range: start..<at)))
    }

    private func encodedWordEnd() -> Int? {
        guard at + 1 < end, bytes[at] == UInt8(ascii: "="), bytes[at + 1] == UInt8(ascii: "?") else { return nil }
        var marks = 1
        var index = at + 2
        while index < end, index - at < 1000, !bytes[index].isSpace {
            if bytes[index] == UInt8(ascii: "?") {
                marks += 1
                if marks >= 4, index + 1 < end, bytes[index + 1] == UInt8(ascii: "=") { return index + 2 }
            }
            index += 1
        }
        return nil
    }

    private mutating func comment() -> Range<Int>? {
        if commentsAreText { return nil }
        var depth = 0
        var index = at
        while index < end {
            switch bytes[index] {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"): depth -= 1
            case UInt8(ascii: "\\"): index += 1
            default: break
            }
            if depth == 0 {
                let inside = (at + 1)..<index
                at = index + 1
                spaced = true
                return inside
            }
            index += 1
        }
        commentsAreText = true
        isDamaged = true
        return nil
    }

    private mutating func closingQuote(from: Int) -> Int? {
        if quotesAreText { return nil }
        var index = from
        while index < end {
            if bytes[index] == UInt8(ascii: "\"") { return index }
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        quotesAreText = true
        isDamaged = true
        return nil
    }

    private func literalEnd() -> Int? {
        var index = at + 1
        while index < end, index - at < 64, !bytes[index].isSpace {
            if bytes[index] == UInt8(ascii: "]") { return index }
            index += 1
        }
        return nil
    }
}

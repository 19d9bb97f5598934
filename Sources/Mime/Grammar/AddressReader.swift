/// Reads a list address by address. An address is what stands between two commas; its name is what stands before the
/// angle bracket, or a comment.
struct AddressReader {
    private var lexer: AddressLexer
    private let hint: String?
    private var group: String?
    /// Whether a group has begun of which no member has come yet.
    private var isGroupOpen = false
    /// Whether a group had no members: it says that there are some, and names none.
    private(set) var hasEmptyGroup = false

    init(_ bytes: [UInt8], _ range: Range<Int>, hint: String?) {
        lexer = AddressLexer(bytes, range)
        self.hint = hint
    }

    /// Whether a quote, comment or bracket was without its other half.
    var isDamaged: Bool { lexer.isDamaged }

    /// The next address, nil at the end.
    mutating func next(_ defects: inout Defects) -> MailAddress? {
        let address = read(&defects)
        if address != nil { isGroupOpen = false }
        return address
    }

    private mutating func read(_ defects: inout Defects) -> MailAddress? {
        var words = AddressWords()
        while true {
            switch lexer.next() {
            case .word(let word): words.append(word)
            case .comment(let range): words.comment = range
            case .comma, .semicolon, .end:
                let separator = lexer.last
                if separator == .comma, isFirstHalfOfName(words) {
                    words.append(lexer.commaWord)
                    continue
                }
                let address = words.isEmpty ? nil : bare(words, &defects)
                if separator == .semicolon {
                    group = nil
                    if isGroupOpen, address == nil { hasEmptyGroup = true }
                    isGroupOpen = false
                }
                if let address { return address }
                if separator == .end { return nil }
                words = AddressWords()
            case .colon:
                // The begin of a group; a group within a group takes its place.
                group = name(words, &defects)
                isGroupOpen = true
                words = AddressWords()
            case .open:
                let angle = lexer.angle()
                if !angle.closed { defects.note(.addressMalformed) }
                if let address = bracketed(angle.content, words, &defects) { return address }
                words = AddressWords()
            }
        }
    }

    /// `Doe, John <j@x.org>`, with the quotes missing: words without an address, then words before a bracket.
    private func isFirstHalfOfName(_ words: AddressWords) -> Bool {
        guard !words.isEmpty, !words.hasAt else { return false }
        var ahead = lexer
        var count = 0
        while count < 8 {
            switch ahead.next() {
            case .word(let word):
                if word.isAt { return false }
                count += 1
            case .comment: continue
            case .open: return count > 0
            case .comma, .semicolon, .colon, .end: return false
            }
        }
        return false
    }

    /// The address in angle brackets, after its name.
    private mutating func bracketed(
        _ content: [UInt8], _ words: AddressWords, _ defects: inout Defects
    ) -> MailAddress? {
        // What follows the bracket up to the comma is a comment, or lost.
        var after: Range<Int>?
        skip: while true {
            switch lexer.next() {
            case .comma, .end: break skip
            case .semicolon:
                break skip
            case .comment(let range): after = range
            case .word: defects.note(.addressMalformed)
            case .colon: defects.note(.addressMalformed)
            case .open:
                // A second bracket without a comma before it: another address.
                lexer.pushBackOpen()
                defects.note(.addressMalformed)
                break skip
            }
        }
        let endsGroup = lexer.last == .semicolon
        defer { if endsGroup { group = nil } }
        var address = String(decoding: content, as: UTF8.self)
        if !content.contains(UInt8(ascii: "@")), content.starts(with: "=?".utf8) {
            address = HeaderText.decode(content, 0..<content.count, hint: hint, &defects)
        }
        var name = name(words, &defects)
        if name == nil, let comment = after ?? words.comment { name = text(lexer.bytes, comment, &defects) }
        if !Charset.isASCII(content), String(validating: content, as: UTF8.self) == nil {
            defects.note(.headerNotText)
        }
        if address.isEmpty {
            guard let name else { return nil }
            defects.note(.addressMalformed)
            return MailAddress(name: name, address: "", group: group)
        }
        if !address.utf8.contains(UInt8(ascii: "@")) { defects.note(.addressMalformed) }
        return MailAddress(name: name, address: address, group: group)
    }

    /// An address without brackets, or a name without an address.
    private func bare(_ words: AddressWords, _ defects: inout Defects) -> MailAddress? {
        if let (address, before, isWhole) = words.address(lexer.bytes) {
            if !isWhole { defects.note(.addressMalformed) }
            var name = before.isEmpty ? nil : name(before, &defects)
            if name != nil { defects.note(.addressMalformed) }
            if name == nil, let comment = words.comment { name = text(lexer.bytes, comment, &defects) }
            return MailAddress(name: name, address: String(decoding: address, as: UTF8.self), group: group)
        }
        guard let text = name(words, &defects) else { return nil }
        defects.note(.addressMalformed)
        if text == "@" { return nil }
        // An encoded word may hide the whole address.
        if text.utf8.contains(UInt8(ascii: "@")), !text.utf8.contains(32) {
            return MailAddress(address: text, group: group)
        }
        let isLocal =
            words.count == 1 && !words.isQuoted && Charset.isASCII(Array(text.utf8)) && !text.utf8.contains(32)
        if isLocal, text.lowercased() == "undisclosed-recipients" { return nil }
        let comment = words.comment.map { self.text(lexer.bytes, $0, &defects) }
        return isLocal
            ? MailAddress(name: comment, address: text, group: group)
            : MailAddress(name: text, address: "", group: group)
    }

    private func name(_ words: AddressWords, _ defects: inout Defects) -> String? {
        if words.isEmpty { return nil }
        let bytes = words.phrase(lexer.bytes)
        let text = text(bytes, 0..<bytes.count, &defects)
        return text.isEmpty ? nil : text
    }

    private func text(_ bytes: [UInt8], _ range: Range<Int>, _ defects: inout Defects) -> String {
        HeaderText.decode(bytes, range, hint: hint, &defects)
    }
}

/// Encoded words (RFC 2047), as standards want them and as they come.
enum EncodedWord {
    /// One `=?charset?encoding?text?=`, as places in the bytes that hold it.
    private struct Word {
        var label: String
        var isBase64: Bool
        var text: Range<Int>
        var end: Int
    }

    /// Decodes all encoded words in `bytes`, an unfolded text. The space between two of them goes away; adjacent ones of
    /// the same charset are decoded together, so that a character may be split between them.
    /// - Parameter hint: the charset of raw bytes above 127, where they are not UTF-8.
    static func decode(_ bytes: [UInt8], hint: String?, _ defects: inout Defects) -> String {
        var out = ""
        var run: [Word] = []
        var literal = 0
        var at = 0
        while at + 1 < bytes.count {
            guard bytes[at] == UInt8(ascii: "="), bytes[at + 1] == UInt8(ascii: "?"),
                let word = word(in: bytes, at: at, &defects)
            else {
                at += 1
                continue
            }
            let gap = literal..<at
            if run.isEmpty || !gap.allSatisfy({ bytes[$0].isSpace }) {
                flush(&run, of: bytes, into: &out, &defects)
                append(bytes, gap, to: &out, hint: hint, &defects)
            } else if let last = run.last, !sameLabel(last.label, word.label) {
                flush(&run, of: bytes, into: &out, &defects)
            }
            run.append(word)
            at = word.end
            literal = at
        }
        flush(&run, of: bytes, into: &out, &defects)
        append(bytes, literal..<bytes.count, to: &out, hint: hint, &defects)
        return out
    }

    private static func append(
        _ bytes: [UInt8], _ range: Range<Int>, to out: inout String, hint: String?, _ defects: inout Defects
    ) {
        if range.isEmpty { return }
        out += HeaderText.raw(Array(bytes[range]), hint: hint, &defects)
    }

    private static func sameLabel(_ one: String, _ other: String) -> Bool {
        one == other || one.lowercased() == other.lowercased()
    }

    /// Reads the word that begins at `start`, where `=?` stands.
    private static func word(in bytes: [UInt8], at start: Int, _ defects: inout Defects) -> Word? {
        let question = UInt8(ascii: "?")
        var at = start + 2
        var labelEnd = at
        var language = false
        while at < bytes.count, bytes[at] != question {
            guard bytes[at].isToken, at - start < 64 else { return nil }
            if bytes[at] == UInt8(ascii: "*") { language = true }
            if !language { labelEnd = at + 1 }
            at += 1
        }
        guard at + 2 < bytes.count, bytes[at + 2] == question else { return nil }
        let encoding = bytes[at + 1].lowercased
        guard encoding == UInt8(ascii: "b") || encoding == UInt8(ascii: "q") else { return nil }
        let isBase64 = encoding == UInt8(ascii: "b")
        let label = String(decoding: bytes[(start + 2)..<labelEnd], as: UTF8.self)
        let text = at + 3
        at = text
        var firstSpace: Int?
        while at < bytes.count {
            let byte = bytes[at]
            let next = at + 1 < bytes.count ? bytes[at + 1] : 0
            if byte == question, next == UInt8(ascii: "=") {
                if firstSpace != nil { defects.note(.encodedWordDamaged) }
                return Word(label: label, isBase64: isBase64, text: text..<at, end: at + 2)
            }
            if byte == UInt8(ascii: "="), next == question {
                // The end mark of this word after an equals sign of its text, or the begin of the next word.
                guard at + 2 < bytes.count, bytes[at + 2] == UInt8(ascii: "=") else { break }
            }
            if byte.isSpace, firstSpace == nil { firstSpace = at }
            at += 1
        }
        // No end mark: the text ends at the first space, or where the next word begins.
        defects.note(.encodedWordDamaged)
        let end = firstSpace ?? at
        guard end > text else { return nil }
        let textEnd = bytes[end - 1] == question ? end - 1 : end
        return Word(label: label, isBase64: isBase64, text: text..<textEnd, end: end)
    }

    private static func flush(
        _ run: inout [Word], of bytes: [UInt8], into out: inout String, _ defects: inout Defects
    ) {
        guard let label = run.first?.label else { return }
        defer { run.removeAll(keepingCapacity: true) }
        var decoded: [UInt8] = []
        var index = 0
        while index < run.count {
            if run[index].isBase64 {
                let first = index
                while index < run.count, run[index].isBase64 { index += 1 }
                base64(run[first..<index], of: bytes, into: &decoded, &defects)
            } else {
                quoted(bytes, run[index].text, into: &decoded)
                index += 1
            }
        }
        let (text, exact) = Charset.decode(decoded, label: label)
        if !exact { defects.note(.charsetWrong) }
        out += text
    }

    /// Some programs cut the base64 of the whole text into words, so that a word need not be of whole groups.
    private static func base64(
        _ words: ArraySlice<Word>, of bytes: [UInt8], into out: inout [UInt8], _ defects: inout Defects
    ) {
        let whole = words.allSatisfy { $0.text.count % 4 == 0 }
        let joined = !whole && words.reduce(0) { $0 + $1.text.count } % 4 == 0
        var decoder = Base64Decoder()
        for word in words {
            bytes[word.text].withUnsafeBytes { decoder.feed($0, into: &out) }
            if !joined { decoder.finish(into: &out) }
        }
        decoder.finish(into: &out)
        if decoder.damaged { defects.note(.encodedWordDamaged) }
    }

    /// The `Q` encoding (RFC 2047, section 4.2).
    private static func quoted(_ bytes: [UInt8], _ range: Range<Int>, into out: inout [UInt8]) {
        var at = range.lowerBound
        while at < range.upperBound {
            let byte = bytes[at]
            if byte == UInt8(ascii: "="), at + 2 < range.upperBound, let high = bytes[at + 1].hexValue,
                let low = bytes[at + 2].hexValue
            {
                out.append(high << 4 | low)
                at += 3
                continue
            }
            out.append(byte == UInt8(ascii: "_") ? 32 : byte)
            at += 1
        }
    }
}

/// The text of HTML, for a preview: tags off, entities decoded, scripts, styles and comments dropped.
package enum HTMLText {
    /// At most `limit` characters (Unicode scalars) in one line. Blocks are separated by a space.
    package static func text(_ html: String, limit: Int) -> String {
        var html = html
        return html.withUTF8 { text(UnsafeRawBufferPointer($0), limit: limit) }
    }

    /// The charset of a `<meta>` near the begin.
    static func declaredCharset(_ bytes: [UInt8]) -> String? {
        let head = bytes.prefix(2048).map(\.lowercased)
        let key = Array("charset=".utf8)
        var at = 0
        while at + key.count < head.count {
            if head[at] == key[0], head[at..<(at + key.count)].elementsEqual(key) {
                let label = head[(at + key.count)...].drop { $0 == 34 || $0 == 39 || $0 == 32 }
                    .prefix { $0.isAlphanumeric || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
                return label.isEmpty ? nil : String(decoding: label, as: UTF8.self)
            }
            at += 1
        }
        return nil
    }

    private static func text(_ bytes: UnsafeRawBufferPointer, limit: Int) -> String {
        var out = LineText(limit: limit)
        var at = 0
        while at < bytes.count, !out.isFull {
            let byte = bytes[at]
            if byte == UInt8(ascii: "<") {
                at = tag(bytes, at, &out)
            } else if byte == UInt8(ascii: "&") {
                at = HTMLEntity.read(bytes, at, &out)
            } else if byte < 128 {
                out.append(ascii: byte)
                at += 1
            } else {
                var end = at + 1
                while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
                for scalar in String(decoding: bytes[at..<end], as: UTF8.self).unicodeScalars { out.append(scalar) }
                at = end
            }
        }
        return out.text
    }

    /// Skips what begins at `<`. Returns where the text goes on.
    private static func tag(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ out: inout LineText) -> Int {
        var at = start + 1
        if bytes.has("!--", at: at) { return bytes.end(of: "-->", from: at + 3) ?? bytes.count }
        let closing = at < bytes.count && bytes[at] == UInt8(ascii: "/")
        if closing { at += 1 }
        let nameStart = at
        while at < bytes.count, at - nameStart < 16, bytes[at].isAlphanumeric, at > nameStart || !bytes[at].isDigit {
            at += 1
        }
        let name = String(decoding: bytes[nameStart..<at].map(\.lowercased), as: UTF8.self)
        if name.isEmpty {
            // `<!DOCTYPE ...>`, `<?xml ...>`, `<![endif]>`; or a mere sign of less.
            guard at < bytes.count, closing || bytes[at] == UInt8(ascii: "!") || bytes[at] == UInt8(ascii: "?") else {
                out.append("<")
                return start + 1
            }
            return bytes.index(of: UInt8(ascii: ">"), from: at).map { $0 + 1 } ?? bytes.count
        }
        if !inline.contains(name) { out.space() }
        at = tagEnd(bytes, at)
        if !closing, dropped.contains(name) {
            return bytes.endTag(name, from: at)
        }
        return at
    }

    /// After the `>` of a tag, which may stand within the quotes of an attribute as well.
    private static func tagEnd(_ bytes: UnsafeRawBufferPointer, _ from: Int) -> Int {
        var at = from
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: ">"): return at + 1
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                // A quote counts where an attribute's value begins, and only with its end.
                if at > 0, bytes[at - 1] == UInt8(ascii: "="), let close = bytes.index(of: bytes[at], from: at + 1),
                    close - at < 4096
                {
                    at = close
                }
            default: break
            }
            at += 1
        }
        return at
    }

    /// The elements whose content is no text to read.
    private static let dropped: Set<String> = [
        "script", "style", "title", "template", "noscript", "svg", "math", "object",
    ]

    /// The elements that stand within a line; all others separate words.
    private static let inline: Set<String> = [
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd",
        "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var",
        "wbr",
    ]
}

extension UnsafeRawBufferPointer {
    fileprivate func has(_ word: StaticString, at: Int) -> Bool {
        guard at + word.utf8CodeUnitCount <= count else { return false }
        for index in 0..<word.utf8CodeUnitCount where self[at + index] != word.utf8Start[index] { return false }
        return true
    }

    fileprivate func end(of word: StaticString, from: Int) -> Int? {
        var at = from
        while let found = index(of: word.utf8Start[0], from: at) {
            if has(word, at: found) { return found + word.utf8CodeUnitCount }
            at = found + 1
        }
        return nil
    }

    /// After `</name ...>`; the end where there is none.
    fileprivate func endTag(_ name: String, from: Int) -> Int {
        let word = Array(name.utf8)
        var at = from
        while let open = index(of: UInt8(ascii: "<"), from: at) {
            at = open + 1
            guard open + 2 + word.count <= count, self[open + 1] == UInt8(ascii: "/") else { continue }
            if (0..<word.count).allSatisfy({ self[open + 2 + $0].lowercased == word[$0] }) {
                return index(of: UInt8(ascii: ">"), from: open).map { $0 + 1 } ?? count
            }
        }
        return count
    }
}

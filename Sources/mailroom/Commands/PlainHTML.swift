/// A readable text of an HTML body: tags left out, blocks on lines of their own, the usual entities decoded.
enum PlainHTML {
    private static let blocks: Set<String> = [
        "p", "br", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote",
        "pre",
    ]
    private static let hidden: Set<String> = ["script", "style", "head", "title"]
    private static let entities = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "copy": "\u{A9}",
        "ndash": "\u{2013}", "mdash": "\u{2014}", "hellip": "\u{2026}", "euro": "\u{20AC}", "lsquo": "\u{2018}",
        "rsquo": "\u{2019}", "ldquo": "\u{201C}", "rdquo": "\u{201D}",
    ]

    static func text(_ html: String) -> String {
        var text = ""
        var skipping: String?
        var rest = Substring(html)
        while let character = rest.first {
            if character == "<", let end = rest.firstIndex(of: ">") {
                let tag = rest[rest.index(after: rest.startIndex)..<end]
                rest = rest[rest.index(after: end)...]
                let closing = tag.first == "/"
                let name = tag.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber }.lowercased()
                if let hiddenName = skipping {
                    if closing, name == hiddenName { skipping = nil }
                } else if hidden.contains(name), !closing, tag.last != "/" {
                    skipping = name
                } else if blocks.contains(name), !text.isEmpty, !text.hasSuffix("\n\n") {
                    text += "\n"
                }
                continue
            }
            if skipping != nil {
                rest.removeFirst()
            } else if character == "&" {
                text += entity(&rest)
            } else {
                rest.removeFirst()
                if !character.isWhitespace {
                    text.append(character)
                } else if let last = text.last, !last.isWhitespace {
                    text += " "
                }
            }
        }
        return text.trimmedBlanks
    }

    /// Takes an entity from the front; a lone ampersand stands for itself.
    private static func entity(_ rest: inout Substring) -> String {
        let name = rest.dropFirst().prefix(10).prefix { $0.isLetter || $0.isNumber || $0 == "#" }
        let after = rest.dropFirst(1 + name.count)
        guard after.first == ";", let meaning = meaning(name) else {
            rest.removeFirst()
            return "&"
        }
        rest = after.dropFirst()
        return meaning
    }

    private static func meaning(_ name: Substring) -> String? {
        guard name.first == "#" else { return entities[String(name)] }
        let number = name.dropFirst()
        let isHex = number.first == "x" || number.first == "X"
        return UInt32(isHex ? number.dropFirst() : number, radix: isHex ? 16 : 10)
            .flatMap(Unicode.Scalar.init).map { String($0) }
    }
}

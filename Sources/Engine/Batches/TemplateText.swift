import Base

/// A text with places for values: `{{name}}`, a name of letters, digits and `_.-`, at most 64 of them, perhaps with blanks
/// around it. Every other brace stands for itself, and so do braces within a value.
struct TemplateText {
    private enum Piece {
        case text(String)
        case name(String)
    }
    private var pieces: [Piece] = []

    init(_ text: String) {
        let bytes = Array(text.utf8)
        var start = 0
        var at = 0
        while at + 4 < bytes.count {
            guard bytes[at] == Self.open, bytes[at + 1] == Self.open, let found = Self.name(bytes, from: at + 2) else {
                at += 1
                continue
            }
            if start < at { pieces.append(.text(String(decoding: bytes[start..<at], as: UTF8.self))) }
            pieces.append(.name(found.name))
            at = found.end
            start = at
        }
        if start < bytes.count { pieces.append(.text(String(decoding: bytes[start...], as: UTF8.self))) }
    }

    /// As often as they stand in the text.
    var names: [String] { pieces.compactMap { if case .name(let name) = $0 { name } else { nil } } }

    /// - Parameters:
    ///   - escaping: for HTML: `&`, `<`, `>` and both quotation marks of a value are written as references.
    ///   - value: what stands in for a name.
    func filled(
        escaping: Bool = false, _ value: (String) throws(Failure) -> String
    ) throws(Failure) -> String {
        if pieces.count == 1, case .text(let whole) = pieces[0] { return whole }
        var out = ""
        for piece in pieces {
            switch piece {
            case .text(let text): out += text
            case .name(let name): out += escaping ? Self.escaped(try value(name)) : try value(name)
            }
        }
        return out
    }

    private static let open = UInt8(ascii: "{")
    private static let close = UInt8(ascii: "}")

    private static func name(_ bytes: [UInt8], from start: Int) -> (name: String, end: Int)? {
        var at = start
        func skip() { while at < bytes.count, bytes[at] == 32 { at += 1 } }
        skip()
        let first = at
        while at < bytes.count, at - first <= 64, isOfName(bytes[at]) { at += 1 }
        let last = at
        skip()
        guard (1...64).contains(last - first), at + 1 < bytes.count, bytes[at] == close, bytes[at + 1] == close else {
            return nil
        }
        return (String(decoding: bytes[first..<last], as: UTF8.self), at + 2)
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"): true
        default: false
        }
    }

    private static func escaped(_ value: String) -> String {
        guard value.utf8.contains(where: { $0 == 38 || $0 == 60 || $0 == 62 || $0 == 34 || $0 == 39 }) else {
            return value
        }
        var out = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}

/// Makes encoded words (RFC 2047) of UTF-8, none above 75 characters and none with half a character.
struct EncodedWordWriter {
    /// What each encoded word begins and ends with: `=?UTF-8?Q?` and `?=`.
    private static let frame = 12

    private var scalars: Substring.UnicodeScalarView
    private let isBase64: Bool

    init(_ text: String) {
        scalars = text[...].unicodeScalars
        let quoted = text.utf8.reduce(0) { $0 + (Self.isPlain($1) || $1 == 32 ? 1 : 3) }
        isBase64 = (text.utf8.count + 2) / 3 * 4 < quoted
    }

    var isEmpty: Bool { scalars.isEmpty }

    /// The next word of at most `room` characters (at least 24, at most 75).
    mutating func next(room: Int) -> [UInt8] {
        let space = min(75, max(24, room)) - Self.frame
        var text: [UInt8] = []
        var length = 0
        while let scalar = scalars.first {
            let bytes = Array(String(scalar).utf8)
            let grown =
                isBase64
                ? (text.count + bytes.count + 2) / 3 * 4
                : length + bytes.reduce(0) { $0 + (Self.isPlain($1) || $1 == 32 ? 1 : 3) }
            if grown > space { break }
            length = grown
            text += bytes
            scalars.removeFirst()
        }
        var out = Array("=?UTF-8?\(isBase64 ? "B" : "Q")?".utf8)
        if isBase64 {
            Base64Lines.encode(text, into: &out)
        } else {
            for byte in text { Self.appendQuoted(byte, to: &out) }
        }
        return out + Array("?=".utf8)
    }

    /// What means itself in every place an encoded word may stand in (RFC 2047, section 5).
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte.isAlphanumeric || byte == UInt8(ascii: "!") || byte == UInt8(ascii: "*") || byte == UInt8(ascii: "+")
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "/")
    }

    private static func appendQuoted(_ byte: UInt8, to out: inout [UInt8]) {
        if byte == 32 {
            out.append(UInt8(ascii: "_"))
        } else if isPlain(byte) {
            out.append(byte)
        } else {
            out.append(UInt8(ascii: "="))
            out.append(hexDigit(byte >> 4))
            out.append(hexDigit(byte & 15))
        }
    }
}

/// An upper-case hexadecimal digit.
func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 55 + value }

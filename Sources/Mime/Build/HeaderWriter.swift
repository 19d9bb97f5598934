/// Writes one header field, folded so that no line is above 78 characters where a space allows it (RFC 5322, section
/// 2.1.1; 76 for lines with encoded words, RFC 2047, section 2).
struct HeaderWriter {
    private(set) var bytes: [UInt8]
    private var column: Int

    init(_ name: String) {
        bytes = Array(name.utf8) + [UInt8(ascii: ":")]
        column = bytes.count
    }

    /// The field with its line end.
    var line: [UInt8] { bytes + [13, 10] }

    /// A word after a space, or on the next line where it does not fit.
    mutating func word(_ word: [UInt8], spaces: Int = 1, width: Int = 78) {
        // Nothing is won by a fold directly after the name, unless the word fits only so.
        let isFirst = bytes.last == UInt8(ascii: ":") && column == bytes.count
        if column + spaces + word.count > width, !isFirst || spaces + word.count <= width {
            bytes += [13, 10]
            column = 0
        }
        bytes += [UInt8](repeating: 32, count: spaces) + word
        column += spaces + word.count
    }

    /// Directly after the word before.
    mutating func glued(_ byte: UInt8) {
        bytes.append(byte)
        column += 1
    }

    /// Text as encoded words, after `spaces` spaces.
    mutating func encoded(_ text: String, spaces: Int = 1) {
        var writer = EncodedWordWriter(text)
        var spaces = spaces
        while !writer.isEmpty {
            var room = 76 - column - spaces
            if room < 30 { room = 75 }
            word(writer.next(room: room), spaces: spaces, width: 76)
            spaces = 1
        }
    }

    /// Unstructured text (RFC 5322, section 3.2.5). Words that ASCII cannot say become encoded words, with the spaces
    /// between them.
    mutating func unstructured(_ text: String) {
        var run = ""
        var runSpaces = 1
        var spaces = 0
        for piece in text.split(separator: " ", omittingEmptySubsequences: false) {
            spaces += 1
            if piece.isEmpty { continue }
            if Self.needsEncoding(piece) {
                if run.isEmpty { runSpaces = spaces } else { run += String(repeating: " ", count: spaces) }
                run += piece
            } else {
                if !run.isEmpty { encoded(run, spaces: runSpaces) }
                run = ""
                word(Array(piece.utf8), spaces: spaces)
            }
            spaces = 0
        }
        if !run.isEmpty { encoded(run, spaces: runSpaces) }
    }

    /// The name of an address or group (RFC 5322: phrase): as it is, quoted, or encoded.
    mutating func phrase(_ name: String) {
        let bytes = Array(name.utf8)
        if Self.needsEncoding(name[...]) || bytes.count > 60 {
            encoded(name)
        } else if AddressParser.isDotAtom(bytes[...]), !bytes.contains(UInt8(ascii: ".")) {
            word(bytes)
        } else if bytes.split(separator: 32, omittingEmptySubsequences: false)
            .allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isAtom) })
        {
            for piece in bytes.split(separator: 32) { word(Array(piece)) }
        } else {
            word(Self.quoted(bytes))
        }
    }

    mutating func address(_ address: MailAddress) {
        if let name = address.name, !name.isEmpty {
            phrase(name)
            word(Array("<\(address.address)>".utf8))
        } else {
            word(Array(address.address.utf8))
        }
    }

    static func quoted(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = [UInt8(ascii: "\"")]
        for byte in bytes {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { out.append(UInt8(ascii: "\\")) }
            out.append(byte)
        }
        out.append(UInt8(ascii: "\""))
        return out
    }

    /// Beyond ASCII, with control characters, looking like an encoded word, or too long for a line.
    private static func needsEncoding(_ word: Substring) -> Bool {
        var previous: UInt8 = 0
        var count = 0
        for byte in word.utf8 {
            if byte >= 127 || byte < 32 || (byte == UInt8(ascii: "?") && previous == UInt8(ascii: "=")) { return true }
            previous = byte
            count += 1
        }
        return count > 900
    }
}

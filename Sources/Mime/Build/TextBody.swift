/// A text as a body: lines ended by CRLF, in the transfer encoding that suits it.
struct TextBody {
    var encoding: TransferEncoding
    var bytes: [UInt8]

    /// The longest line of 7bit and 8bit, without its end (RFC 5322, section 2.1.1).
    static let longestLine = 998

    /// - Parameter allows8Bit: the message may go out with bytes above 127 (8BITMIME).
    init(_ text: String, allows8Bit: Bool) {
        let canonical = Self.canonical(text)
        var high = 0
        var longest = 0
        var line = 0
        var needsCare = false
        var at = 0
        for byte in canonical {
            if byte >= 128 { high += 1 }
            if byte == 10 {
                longest = max(longest, line - 1)
                line = 0
            } else {
                // `From ` begins a message in an mbox file; programs change it, and signatures break.
                if line == 0, byte == UInt8(ascii: "F"), canonical[at...].starts(with: "From ".utf8) {
                    needsCare = true
                }
                if byte < 32, byte != 13, byte != 9 { needsCare = true }
                line += 1
            }
            at += 1
        }
        longest = max(longest, line)
        if longest <= Self.longestLine, !needsCare, high == 0 || allows8Bit {
            encoding = high == 0 ? .sevenBit : .eightBit
            bytes = canonical
        } else if high * 2 <= canonical.count / 3 {
            encoding = .quotedPrintable
            bytes = Self.quotedPrintable(canonical)
        } else {
            encoding = .base64
            bytes = []
            var lines = Base64Lines()
            canonical.withUnsafeBytes { lines.append($0, to: &bytes) }
        }
    }

    /// CRLF for every CR, LF and CRLF.
    static func canonical(_ text: String) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count + text.utf8.count / 40)
        var previous: UInt8 = 0
        for byte in text.utf8 {
            if byte == 10 {
                if previous != 13 { out += [13, 10] }
            } else if byte == 13 {
                out += [13, 10]
            } else {
                out.append(byte)
            }
            previous = byte
        }
        return out
    }

    /// Lines of at most 76 characters (RFC 2045, section 6.7). The input has CRLF.
    private static func quotedPrintable(_ text: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(text.count + text.count / 4)
        var column = 0
        for (at, byte) in text.enumerated() {
            if byte == 13 || byte == 10 {
                out.append(byte)
                column = 0
                continue
            }
            let endsLine = at + 1 == text.count || text[at + 1] == 13
            let isSpace = byte == 32 || byte == 9
            let plain = isSpace ? !endsLine : byte > 32 && byte < 127 && byte != UInt8(ascii: "=")
            // `From ` and a lone dot at the begin of a line are written so that nothing on the way changes them.
            let risky = column == 0 && (byte == UInt8(ascii: "F") || byte == UInt8(ascii: "."))
            let width = plain && !risky ? 1 : 3
            if column + width > (endsLine ? 76 : 75) {
                out += [UInt8(ascii: "="), 13, 10]
                column = 0
            }
            if width == 1 {
                out.append(byte)
            } else {
                out += [UInt8(ascii: "="), hexDigit(byte >> 4), hexDigit(byte & 15)]
            }
            column += width
        }
        return out
    }
}

import Base
import CMailroom

/// Puts the lines of a reply together (RFC 5321, section 4.2.1).
///
///     reply = *( code "-" text CRLF ) code [ SP text ] CRLF
///
/// Strict where it matters for what is believed: another code in a later line, or a line without a code, is
/// `MR_E_PROTOCOL`, and the connection is of no more use. Lenient in the text: any octets, an enhanced code or none.
package struct SmtpReplyParser: Sendable {
    /// RFC 5321 says 512 octets a line (section 4.5.3.1.5); servers that advertise much take more.
    package static let lineLimit = 4096
    package static let linesLimit = 256
    package static let octetsLimit = 65_536

    private var code: Int32?
    private var enhanced: SmtpEnhancedStatus?
    private var lines: [String] = []
    private var octets = 0

    package init() {}

    /// Whether some lines of a reply are there, and more must follow.
    package var isWithin: Bool { code != nil }

    /// Takes one line without its CRLF.
    /// - Returns: the reply, with its last line; nil where more lines follow.
    package mutating func feed(_ line: UnsafeRawBufferPointer) throws(Failure) -> SmtpReply? {
        octets += line.count
        guard line.count <= Self.lineLimit, octets <= Self.octetsLimit, lines.count < Self.linesLimit else {
            throw Failure(MR_E_PROTOCOL, "the server's reply is too long")
        }
        guard let found = Self.code(line) else {
            var failure = Failure(MR_E_PROTOCOL, "what the server answered is not a reply of SMTP")
            failure.serverText = Self.text(Array(line.prefix(200))[...])
            throw failure
        }
        if let code, code != found {
            throw Failure(MR_E_PROTOCOL, "the server's reply has two codes, \(code) and \(found)")
        }
        code = found
        let isLast = line.count == 3 || line[3] != UInt8(ascii: "-")
        var text = Array(line.dropFirst(4))[...]
        if let (status, length) = SmtpEnhancedStatus.parse(text), Int32(status.statusClass) == found / 100 {
            if enhanced == nil { enhanced = status }
            text = text.dropFirst(length)
        }
        lines.append(Self.text(text))
        guard isLast else { return nil }
        defer { self = SmtpReplyParser() }
        return SmtpReply(code: found, enhanced: enhanced, lines: lines)
    }

    /// The code at the beginning of a line. After it stands a blank, a hyphen or nothing.
    private static func code(_ line: UnsafeRawBufferPointer) -> Int32? {
        guard line.count >= 3 else { return nil }
        var code: Int32 = 0
        for index in 0..<3 {
            let digit = line[index] &- 0x30
            guard digit < 10 else { return nil }
            code = code * 10 + Int32(digit)
        }
        guard (200...599).contains(code) else { return nil }
        if line.count > 3, line[3] != 0x20, line[3] != UInt8(ascii: "-"), line[3] != 0x09 { return nil }
        return code
    }

    /// Octets to text: not UTF-8 is replaced, control characters become blanks, blanks at the end go.
    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        var clean = bytes.map { $0 < 0x20 || $0 == 0x7f ? 0x20 : $0 }
        while clean.last == 0x20 { clean.removeLast() }
        return String(decoding: clean, as: UTF8.self)
    }
}

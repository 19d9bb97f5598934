import Base

/// One command line (RFC 5321, section 4.1.1). Encoding is the only way from a value to the wire, and refuses what
/// would be more than one command.
package enum SmtpCommand: Sendable, Equatable {
    case ehlo(String)
    case helo(String)
    case startTLS
    /// `AUTH PLAIN` with its initial response (RFC 4954, section 4; RFC 4616).
    case authPlain(user: String, password: [UInt8])
    /// AUTH with a token as its initial response (RFC 7628).
    case authToken(Imap.Mechanism)
    /// `AUTH LOGIN`: user and password follow as `response`, each after a 334.
    case authLogin
    /// One answer to a challenge, in base64.
    case response([UInt8])
    /// Gives a login up (RFC 4954, section 4).
    case cancel
    case mail(from: String, size: Int64?, eightBit: Bool, utf8: Bool)
    case rcpt(to: String, utf8: Bool)
    case data
    case rset
    case quit

    /// The line with its CRLF.
    /// - Throws: `MR_E_INVALID`, naming `from`, `recipients`, `user` or `password`.
    package func encoded() throws(Failure) -> [UInt8] {
        switch self {
        case .ehlo(let name): return try Self.line("EHLO ", Self.word(name, "hello"))
        case .helo(let name): return try Self.line("HELO ", Self.word(name, "hello"))
        case .startTLS: return Self.line("STARTTLS", [])
        case .authPlain(let user, let password):
            guard !user.utf8.contains(0) else { throw .invalid("user", "has a NUL") }
            guard !password.contains(0) else { throw .invalid("password", "has a NUL") }
            return Self.line("AUTH PLAIN ", Array(Base64.encode([0] + Array(user.utf8) + [0] + password).utf8))
        case .authToken(let mechanism):
            let initial = Array(Base64.encode(mechanism.responses[0]).utf8)
            return Self.line("AUTH \(mechanism.name) ", initial)
        case .authLogin: return Self.line("AUTH LOGIN", [])
        case .response(let bytes): return Self.line("", Array(Base64.encode(bytes).utf8))
        case .cancel: return Self.line("*", [])
        case .mail(let from, let size, let eightBit, let utf8):
            var line = Array("MAIL FROM:<".utf8) + (from.isEmpty ? [] : try SmtpPath.encoded(from, "from", utf8: utf8))
            line += Array(">".utf8)
            if let size { line += Array(" SIZE=\(max(size, 0))".utf8) }
            if eightBit { line += Array(" BODY=8BITMIME".utf8) }
            if utf8 { line += Array(" SMTPUTF8".utf8) }
            return line + [13, 10]
        case .rcpt(let address, let utf8):
            return try Self.line("RCPT TO:<", SmtpPath.encoded(address, "recipients", utf8: utf8) + Array(">".utf8))
        case .data: return Self.line("DATA", [])
        case .rset: return Self.line("RSET", [])
        case .quit: return Self.line("QUIT", [])
        }
    }

    private static func line(_ verb: String, _ rest: [UInt8]) -> [UInt8] {
        Array(verb.utf8) + rest + [13, 10]
    }

    /// Visible ASCII only.
    private static func word(_ text: String, _ field: String) throws(Failure) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty, bytes.count <= 255, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw .invalid(field, "is not a host name")
        }
        return bytes
    }
}

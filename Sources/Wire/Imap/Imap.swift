import Base
import CMailroom

/// IMAP4rev1 and IMAP4rev2 (RFC 3501, RFC 9051) without I/O: responses in, commands out, and the state between.
package enum Imap {
    /// How much of a server's answer is held or followed. What goes beyond is `MR_E_PROTOCOL`.
    package struct Limits: Sendable {
        /// Octets of one line, without its CRLF.
        package var line = 1 << 20
        /// Octets of one response with its literals, those of message bodies left out.
        package var response = 4 << 20
        /// Octets of one literal that is held in memory.
        package var literal = 1 << 20
        /// Octets of one literal that is passed on in pieces.
        package var body: Int64 = 1 << 31
        /// Literals in one response.
        package var literals = 4096
        /// Parentheses within parentheses.
        package var depth = 64
        /// Atoms, strings and lists in one response.
        package var items = 200_000

        package init() {}
    }

    /// An answer that makes no sense. `text`: the server's bytes, shortened.
    static func malformed(_ what: String, _ bytes: ArraySlice<UInt8> = []) -> Failure {
        var failure = Failure(MR_E_PROTOCOL, "the server's answer cannot be read: \(what)")
        if !bytes.isEmpty { failure.serverText = Imap.text(bytes.prefix(200)) }
        return failure
    }

    /// Bytes as text for people: UTF-8 with damage replaced, control characters left out.
    static func text(_ bytes: some Collection<UInt8>) -> String {
        String(decoding: bytes.lazy.filter { $0 >= 0x20 && $0 != 0x7f }, as: UTF8.self)
    }
}

extension UInt8 {
    /// The ASCII letter in upper case; every other byte as it is.
    @inline(__always) var upperCased: UInt8 { self >= 0x61 && self <= 0x7a ? self & 0xdf : self }
    @inline(__always) var isDigit: Bool { self >= 0x30 && self <= 0x39 }
}

extension StaticString {
    /// The characters of an ASCII literal.
    @inline(__always) var octets: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    }
}

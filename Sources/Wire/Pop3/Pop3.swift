import Base
import CMailroom

/// POP3 (RFC 1939, RFC 2449) without I/O: replies in, commands out, and the state between.
package enum Pop3 {
    /// How much of a server's answer is held or followed. What goes beyond is `MR_E_PROTOCOL`.
    package struct Limits: Sendable {
        /// Octets of one line of a reply or a listing, without its CRLF. RFC 2449 says 512; servers that say more are
        /// understood.
        package var line = 8192
        /// Lines of one listing, and messages of one maildrop.
        package var lines = 2_000_000
        /// Octets of the names that a maildrop's messages have, all together.
        package var names = 64 << 20
        /// Messages whose unique-id another one has, too.
        package var copies = 100_000
        /// Octets of one message.
        package var message: Int64 = 1 << 31

        package init() {}
    }

    /// An answer that makes no sense. `text`: the server's bytes, shortened.
    static func malformed(_ what: String, _ bytes: some Collection<UInt8> = [UInt8]()) -> Failure {
        var failure = Failure(MR_E_PROTOCOL, "the server's answer cannot be read: \(what)")
        if !bytes.isEmpty { failure.serverText = Pop3.text(bytes.prefix(200)) }
        return failure
    }

    /// Bytes as text for people: UTF-8 with damage replaced, control characters left out.
    static func text(_ bytes: some Collection<UInt8>) -> String {
        String(decoding: bytes.lazy.filter { $0 >= 0x20 && $0 != 0x7f }, as: UTF8.self)
    }
}

import Base

/// A mailbox as it stands between the angle brackets of MAIL and RCPT (RFC 5321, section 4.1.2).
///
///     Mailbox = Local-part "@" ( Domain / address-literal )
///
/// Not the whole grammar: whether a mailbox exists is the server's to say. What is refused is what could end
/// the command, or the path, or be read as something else.
package enum SmtpPath {
    /// RFC 5321, section 4.5.3.1: 64 octets and 255, with the @; some more for UTF-8.
    package static let limit = 512

    /// - Parameter utf8: whether octets outside of ASCII may be sent (RFC 6531).
    /// - Throws: `MR_E_INVALID` naming `field`.
    package static func encoded(_ address: String, _ field: String, utf8: Bool) throws(Failure) -> [UInt8] {
        let bytes = Array(address.utf8)
        guard bytes.count <= limit else { throw .invalid(field, "an address of \(bytes.count) octets") }
        var quoted = false
        var escaped = false
        var at: Int?
        for (index, byte) in bytes.enumerated() {
            guard byte >= 0x20, byte != 0x7f else { throw .invalid(field, "an address with a control character") }
            guard byte < 0x80 || utf8 else {
                throw .invalid(field, "an address outside of ASCII, to a server without SMTPUTF8")
            }
            if escaped {
                escaped = false
            } else if quoted {
                if byte == UInt8(ascii: "\\") { escaped = true }
                if byte == UInt8(ascii: "\"") { quoted = false }
            } else {
                switch byte {
                case UInt8(ascii: "\""):
                    guard index == 0 else { throw .invalid(field, "an address with a quote in its middle") }
                    quoted = true
                case UInt8(ascii: "@"):
                    guard at == nil else { throw .invalid(field, "an address with two @") }
                    at = index
                case 0x20, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: ","), UInt8(ascii: ";"),
                    UInt8(ascii: "("),
                    UInt8(ascii: ")"), UInt8(ascii: "\\"):
                    throw .invalid(field, "an address with a character that must be quoted")
                default: break
                }
            }
        }
        guard !quoted, let at, at > 0, at < bytes.count - 1 else {
            throw .invalid(field, "an address without a local part and a domain")
        }
        return bytes
    }
}

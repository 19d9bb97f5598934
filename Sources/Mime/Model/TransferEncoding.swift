/// How a part's body is encoded (RFC 2045, section 6).
package enum TransferEncoding: String, Sendable, CaseIterable {
    case sevenBit = "7bit"
    case eightBit = "8bit"
    case binary = "binary"
    case quotedPrintable = "quoted-printable"
    case base64 = "base64"
    case uuencode = "x-uuencode"
    /// Something else: the bytes are read as they stand.
    case unknown = "unknown"

    /// Whether the body is what stands in the message.
    package var isIdentity: Bool {
        switch self {
        case .quotedPrintable, .base64, .uuencode: false
        case .sevenBit, .eightBit, .binary, .unknown: true
        }
    }

    /// Reads the field's value with the usual misspellings. Empty means 7bit.
    init(field bytes: ArraySlice<UInt8>) {
        var letters: [UInt8] = []
        for byte in bytes.prefix(64) {
            if byte == UInt8(ascii: ";") || byte == UInt8(ascii: "(") { break }
            if byte.isAlphanumeric { letters.append(byte.lowercased) }
        }
        self =
            switch String(decoding: letters, as: UTF8.self) {
            case "", "7bit", "7bits", "sevenbit": .sevenBit
            case "8bit", "8bits", "8bitmime", "eightbit": .eightBit
            case "binary": .binary
            case "quotedprintable", "qp", "quotedprintible": .quotedPrintable
            case "base64", "b64", "xbase64": .base64
            case "xuuencode", "uuencode", "xuue", "uue": .uuencode
            default: .unknown
            }
    }
}

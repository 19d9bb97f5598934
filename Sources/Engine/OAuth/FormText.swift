/// `application/x-www-form-urlencoded`, and what stands in the query of an address.
enum FormText {
    static func encoded(_ text: some StringProtocol) -> String { encoded(Array(text.utf8)) }

    /// All but the unreserved characters of RFC 3986 are escaped.
    static func encoded(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        for byte in bytes {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e: out.append(byte)
            default:
                out.append(0x25)
                out.append(digits[Int(byte >> 4)])
                out.append(digits[Int(byte & 15)])
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    static func joined(_ pairs: [(name: String, value: String)]) -> String {
        pairs.map { "\($0.name)=\(encoded($0.value))" }.joined(separator: "&")
    }

    static func joined(_ pairs: [(name: String, value: [UInt8])]) -> String {
        pairs.map { "\($0.name)=\(encoded($0.value))" }.joined(separator: "&")
    }
}

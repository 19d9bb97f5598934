import Base

/// Base64 for addresses and tokens, without padding (RFC 4648, section 5; RFC 7515).
enum Base64URL {
    static func encode(_ bytes: [UInt8]) -> String {
        let out = Base64.encode(bytes).utf8.compactMap { byte -> UInt8? in
            switch byte {
            case 0x2b: 0x2d
            case 0x2f: 0x5f
            case 0x3d: nil
            default: byte
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Nil where it is none.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes = text.utf8.map { byte -> UInt8 in byte == 0x2d ? 0x2b : byte == 0x5f ? 0x2f : byte }
        while bytes.last == 0x3d { bytes.removeLast() }
        bytes += [UInt8](repeating: 0x3d, count: (4 - bytes.count % 4) % 4)
        return Base64.decode(String(decoding: bytes, as: UTF8.self))
    }
}

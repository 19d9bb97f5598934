/// Base64 for bodies: lines of 76 characters (RFC 2045, section 6.8).
struct Base64Lines {
    /// The bytes of one line.
    static let line = 57
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private var begun = false

    /// Appends the lines of `bytes`, which are whole lines of 57 but at the end. CRLF stands between lines only.
    mutating func append(_ bytes: UnsafeRawBufferPointer, to out: inout [UInt8]) {
        out.reserveCapacity(out.count + bytes.count / Self.line * 78 + 80)
        var at = 0
        while at < bytes.count {
            let end = min(bytes.count, at + Self.line)
            if begun { out += [13, 10] }
            begun = true
            Self.encode(bytes.piece(at..<end), into: &out)
            at = end
        }
    }

    static func encode(_ bytes: [UInt8], into out: inout [UInt8]) {
        bytes.withUnsafeBytes { encode($0, into: &out) }
    }

    private static func encode(_ bytes: UnsafeRawBufferPointer, into out: inout [UInt8]) {
        var at = 0
        alphabet.withUnsafeBufferPointer { alphabet in
            while at < bytes.count {
                let left = bytes.count - at
                let second = left > 1 ? bytes[at + 1] : 0
                let third = left > 2 ? bytes[at + 2] : 0
                let group = UInt32(bytes[at]) << 16 | UInt32(second) << 8 | UInt32(third)
                out.append(alphabet[Int(group >> 18 & 63)])
                out.append(alphabet[Int(group >> 12 & 63)])
                out.append(left > 1 ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "="))
                out.append(left > 2 ? alphabet[Int(group & 63)] : UInt8(ascii: "="))
                at += 3
            }
        }
    }
}

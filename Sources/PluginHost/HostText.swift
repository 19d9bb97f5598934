import Glibc

/// Text that comes from a plugin or a manifest: bounded, and repaired where it is not UTF-8.
enum HostText {
    /// A NUL-terminated text of at most `limit` octets; nil for NULL and for longer ones.
    static func read(_ pointer: UnsafePointer<CChar>?, limit: Int) -> String? {
        guard let pointer else { return nil }
        let count = strnlen(pointer, limit + 1)
        guard count <= limit else { return nil }
        return repaired(UnsafeRawBufferPointer(start: pointer, count: count))
    }

    /// What is not UTF-8, and NUL, becomes U+FFFD.
    static func repaired(_ bytes: UnsafeRawBufferPointer) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let base = bytes.baseAddress, memchr(base, 0, bytes.count) != nil else { return text }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { scalars.append(scalar.value == 0 ? "\u{FFFD}" : scalar) }
        return String(scalars)
    }

    /// One line of at most `limit` octets or so, without control characters.
    static func line(_ text: String, limit: Int) -> String {
        var result = String.UnicodeScalarView()
        var size = 0
        for scalar in text.unicodeScalars {
            guard size < limit else { break }
            size += UTF8.width(scalar)
            result.append(scalar.value < 32 || scalar.value == 127 ? " " : scalar)
        }
        return String(result)
    }

    /// `[a-z0-9_]{1,limit}`, and dots where they are allowed.
    static func isName(_ text: String, limit: Int, dots: Bool = false) -> Bool {
        let bytes = text.utf8
        guard !bytes.isEmpty, bytes.count <= limit else { return false }
        return bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
            case UInt8(ascii: "."): dots
            default: false
            }
        }
    }
}

/// Text of any charset as Unicode.
package enum Charset {
    /// Decodes `bytes`, which are declared to be of the charset `label` (nil: not declared). Never fails: what cannot
    /// be read becomes U+FFFD.
    /// - Returns: the text, and whether it is what the label promised: not so where the charset is unknown, where
    ///   bytes were unreadable, or where they are plainly of another charset (unlabelled UTF-8).
    package static func decode(_ bytes: [UInt8], label: String?) -> (text: String, exact: Bool) {
        decode(bytes, label: label, truncated: false)
    }

    /// `truncated`: the bytes are the beginning of a longer text, so that an unfinished character at the end is
    /// no damage.
    static func decode(_ given: [UInt8], label: String?, truncated: Bool) -> (text: String, exact: Bool) {
        var bytes = given
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            // A byte order mark says more than any label.
            bytes.removeFirst(3)
            return utf8(bytes, truncated: truncated)
        }
        let name = CharsetName(label: label)
        switch name {
        case .utf8: return utf8(bytes, truncated: truncated)
        case .utf16:
            if bytes.starts(with: [0xFF, 0xFE]) { return iconv(Array(bytes.dropFirst(2)), "UTF-16LE", truncated) }
            if bytes.starts(with: [0xFE, 0xFF]) { bytes.removeFirst(2) }
            return iconv(bytes, "UTF-16BE", truncated)
        case .hz: return iconv(HZ.eightBit(bytes), "GB18030", truncated)
        case .iconv(let name, stateful: true): return iconv(bytes, name, truncated)
        case .undeclared, .western, .iconv(_, stateful: false): break
        }
        if isASCII(bytes) { return (String(decoding: bytes, as: UTF8.self), true) }
        if case .iconv(let name, _) = name {
            if let (text, exact) = Iconv.decode(bytes, name, truncated: truncated) { return (text, exact) }
        }
        // No charset that is known, or one that is often a mere default: UTF-8 where it is valid, as other text hardly is.
        if truncated { bytes.removeLast(unfinishedTail(bytes)) }
        if let text = String(validating: bytes, as: UTF8.self) { return (text, name == .undeclared) }
        let text = Windows1252.decode(bytes)
        return (text, name == .western)
    }

    private static func iconv(_ bytes: [UInt8], _ name: String, _ truncated: Bool) -> (text: String, exact: Bool) {
        Iconv.decode(bytes, name, truncated: truncated) ?? (String(decoding: bytes, as: UTF8.self), false)
    }

    /// UTF-8 as labelled. Where not one character of it is UTF-8, it is windows-1252 under a wrong label.
    private static func utf8(_ given: [UInt8], truncated: Bool) -> (text: String, exact: Bool) {
        var bytes = given
        if truncated { bytes.removeLast(unfinishedTail(bytes)) }
        if let text = String(validating: bytes, as: UTF8.self) { return (text, true) }
        let text = String(decoding: bytes, as: UTF8.self)
        for scalar in text.unicodeScalars where scalar.value > 127 && scalar.value != 0xFFFD { return (text, false) }
        return (Windows1252.decode(bytes), false)
    }

    static func isASCII(_ bytes: [UInt8]) -> Bool {
        var all: UInt8 = 0
        for byte in bytes { all |= byte }
        return all < 128
    }

    /// How many bytes at the end begin a UTF-8 character without finishing it.
    static func unfinishedTail(_ bytes: [UInt8]) -> Int {
        var back = 1
        while back <= 3, back <= bytes.count {
            let byte = bytes[bytes.count - back]
            if byte < 0x80 { return 0 }
            if byte >= 0xC0 {
                let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
                return back < length ? back : 0
            }
            back += 1
        }
        return 0
    }
}

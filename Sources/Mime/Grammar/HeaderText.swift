/// Unstructured header text (RFC 5322, section 3.2.5; RFC 6532): unfolding, encoded words, raw bytes of some charset.
enum HeaderText {
    /// The text of `range`, decoded, in one line and without control characters.
    /// - Parameter hint: the charset of raw bytes above 127, where they are not UTF-8.
    static func decode(_ bytes: [UInt8], _ given: Range<Int>, hint: String? = nil, _ defects: inout Defects) -> String {
        let range = bytes.trimmed(given)
        if range.isEmpty { return "" }
        var all: UInt8 = 0
        var encoded = false
        var previous: UInt8 = 0
        for byte in bytes[range] {
            all |= byte
            if byte == UInt8(ascii: "?"), previous == UInt8(ascii: "=") { encoded = true }
            previous = byte
        }
        if !encoded, all < 128 { return unfolded(bytes, range) }
        let line = unfold(bytes, range)
        if !encoded { return raw(line, hint: hint, &defects) }
        return cleaned(EncodedWord.decode(line, hint: hint, &defects))
    }

    /// The text of `range` in one line, as it stands: folds are taken back, and bytes that are not UTF-8 are U+FFFD.
    static func unfolded(_ bytes: [UInt8], _ given: Range<Int>) -> String {
        let range = bytes.trimmed(given)
        return String(unsafeUninitializedCapacity: range.count) { out in
            var count = 0
            for byte in bytes[range] {
                if byte == 13 || byte == 10 || byte == 0 { continue }
                out[count] = byte.isControl ? 32 : byte
                count += 1
            }
            return count
        }
    }

    /// As `unfolded`, in bytes.
    static func unfold(_ bytes: [UInt8], _ range: Range<Int>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(range.count)
        for byte in bytes[range] where byte != 13 && byte != 10 && byte != 0 {
            out.append(byte.isControl ? 32 : byte)
        }
        return out
    }

    /// Bytes without encoded words: UTF-8, or else the charset `hint`, or else windows-1252.
    static func raw(_ bytes: [UInt8], hint: String?, _ defects: inout Defects) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        defects.note(.headerNotText)
        return cleaned(Charset.decode(bytes, label: hint).text)
    }

    /// Without control characters, which encoded words can smuggle in: they become spaces.
    static func cleaned(_ text: String) -> String {
        guard text.utf8.contains(where: \.isControl) else { return text }
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar.value < 32 || scalar.value == 127 {
                if scalar.value != 0 && scalar.value != 13 { out.append(" ") }
            } else {
                out.append(scalar)
            }
        }
        return String(out)
    }
}

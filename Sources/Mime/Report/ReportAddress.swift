/// Addresses as reports write them.
enum ReportAddress {
    /// Of a field with a type before the address: `rfc822; bob@example.com` (RFC 3464, section 2.3.1), `utf-8; ...` (RFC 6533,
    /// section 3). The address as it stands comes first, then what its escapes say.
    static func typed(_ value: String) -> [String] {
        var rest = value[...]
        var type = "rfc822"
        if let semicolon = value.utf8.firstIndex(of: UInt8(ascii: ";")) {
            type = ReportLines.trimmed(value[..<semicolon]).lowercased()
            rest = value[value.utf8.index(after: semicolon)...]
        }
        guard let address = bare(rest) else { return [] }
        let plain = type == "utf-8" ? unitext(address) : xtext(address)
        return plain == address ? [address] : [address, plain]
    }

    /// The address in `text`, without brackets, quotes, `mailto:` and what follows it; nil where there is none.
    static func bare(_ text: Substring) -> String? {
        var text = ReportLines.trimmed(text)
        if let open = text.utf8.firstIndex(of: UInt8(ascii: "<")) {
            let inside = text[text.utf8.index(after: open)...]
            let close = inside.utf8.firstIndex(of: UInt8(ascii: ">")) ?? inside.endIndex
            text = inside[..<close]
        }
        for prefix in ["mailto:", "smtp:", "rfc822:"]
        where text.utf8.count > prefix.utf8.count && text.prefix(prefix.count).lowercased() == prefix {
            text = text.dropFirst(prefix.count)
        }
        var bytes = Array(ReportLines.trimmed(text).utf8)
        if let end = bytes.firstIndex(where: { $0 <= 32 || $0 == UInt8(ascii: "(") }) {
            bytes.removeLast(bytes.count - end)
        }
        while let last = bytes.last, Self.marks.contains(last) { bytes.removeLast() }
        while let first = bytes.first, Self.marks.contains(first) { bytes.removeFirst() }
        guard isAddress(bytes) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Something, an at sign, and a domain.
    static func isAddress(_ bytes: [UInt8]) -> Bool {
        guard (3...320).contains(bytes.count), let at = bytes.lastIndex(of: UInt8(ascii: "@")), at > 0 else {
            return false
        }
        let domain = bytes[(at + 1)...]
        guard let first = domain.first, first.isAlphanumeric || first == UInt8(ascii: "[") || first > 127 else {
            return false
        }
        return bytes.allSatisfy { $0 > 32 && $0 != 127 && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") }
            && domain.allSatisfy {
                $0.isAlphanumeric || $0 > 127 || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
                    || $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "]") || $0 == UInt8(ascii: ":")
                    || $0 == UInt8(ascii: "_")
            }
    }

    private static let marks: [UInt8] = Array("'\",;:.!?>*)".utf8)

    /// `+2B` (RFC 3461, section 4).
    private static func xtext(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        var at = 0
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "+"), at + 2 < bytes.count, isUpperHex(bytes[at + 1]),
                isUpperHex(bytes[at + 2]), let high = bytes[at + 1].hexValue, let low = bytes[at + 2].hexValue,
                high << 4 | low > 32, high << 4 | low < 127
            {
                out.append(high << 4 | low)
                at += 3
            } else {
                out.append(bytes[at])
                at += 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func isUpperHex(_ byte: UInt8) -> Bool { byte.isDigit || (65...70).contains(byte) }

    /// `\x{E9}` (RFC 6533, section 3).
    private static func unitext(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let first = rest.first {
            if first == "\\", rest.dropFirst().first == "x", rest.dropFirst(2).first == "{",
                let close = rest.firstIndex(of: "}"),
                let code = UInt32(String(rest[rest.index(rest.startIndex, offsetBy: 3)..<close]), radix: 16),
                let scalar = Unicode.Scalar(code), code > 32, code != 127
            {
                out.append(scalar)
                rest = rest[rest.index(after: close)...]
            } else {
                out.append(first)
                rest = rest.dropFirst()
            }
        }
        return String(out)
    }
}

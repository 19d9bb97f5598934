import Base

/// Message-IDs (RFC 5322, section 3.6.4), always without angle brackets.
package enum MessageID {
    /// A new one: random, with the domain where it is one.
    package static func make(domain: String) -> String {
        var host: [UInt8] = []
        for byte in domain.utf8 {
            guard byte.isAlphanumeric || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") else {
                host = []
                break
            }
            host.append(byte.lowercased)
        }
        if host.isEmpty || host.count > 253 { host = Array("mail.invalid".utf8) }
        return hex(randomBytes(16)) + "@" + String(decoding: host, as: UTF8.self)
    }

    /// All Message-IDs in a field. Where not one has brackets, the words of the field are taken.
    static func list(_ bytes: [UInt8], _ range: Range<Int>, _ defects: inout Defects) -> [String] {
        var out: [String] = []
        var at = range.lowerBound
        while at < range.upperBound {
            guard let open = bytes[at..<range.upperBound].firstIndex(of: UInt8(ascii: "<")) else { break }
            var close = open + 1
            while close < range.upperBound, bytes[close] != UInt8(ascii: ">"), bytes[close] != UInt8(ascii: "<") {
                close += 1
            }
            let text = compact(bytes, (open + 1)..<close)
            if text.isEmpty || close == range.upperBound || bytes[close] != UInt8(ascii: ">") {
                defects.note(.messageIDMalformed)
            }
            if !text.isEmpty { out.append(text) }
            at = close < range.upperBound && bytes[close] == UInt8(ascii: ">") ? close + 1 : close
        }
        if !out.isEmpty { return out }
        // Obsolete and damaged: words in place of Message-IDs. Only what looks like one is taken.
        for word in bytes[range].split(whereSeparator: {
            $0.isSpace || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ">")
        }) {
            guard word.contains(UInt8(ascii: "@")) else { continue }
            defects.note(.messageIDMalformed)
            let text = compact(bytes, word.startIndex..<word.endIndex)
            if !text.isEmpty { out.append(text) }
        }
        return out
    }

    /// The one Message-ID of a field that has one.
    /// Whether the id, without angle brackets, can be written into a header of our own as it is.
    package static func isClean(_ id: String) -> Bool {
        (try? HeaderSection.checkID(id, "", needsAt: true)) != nil
    }

    static func one(_ bytes: [UInt8], _ range: Range<Int>, _ defects: inout Defects) -> String? {
        if let first = list(bytes, range, &defects).first { return first }
        let rest = compact(bytes, range)
        if rest.isEmpty || rest == "<>" { return nil }
        defects.note(.messageIDMalformed)
        return rest
    }

    /// Without spaces and control characters, which folding may have put into it.
    private static func compact(_ bytes: [UInt8], _ range: Range<Int>) -> String {
        String(unsafeUninitializedCapacity: range.count) { out in
            var count = 0
            for byte in bytes[range] where byte != 32 && !byte.isControl {
                out[count] = byte
                count += 1
            }
            return count
        }
    }
}

/// How long a server asks to wait, in its free text: "try again in 5 minutes", "Suggested Backoff Time: 299961
/// milliseconds", "Retry after 2026-01-05T11:31:02.123Z".
package enum NamedTime {
    /// A day: what is longer is not believed.
    package static let longest: Int64 = 86_400_000

    /// - Parameters:
    ///   - words: in any case; only the first 4 KiB are looked at.
    ///   - now: milliseconds since 1970, for a time of day that is named whole.
    /// - Returns: milliseconds, at most a day; nil where no number with a unit follows one of the known words.
    package static func milliseconds(in words: String, now: Int64) -> Int64? {
        let bytes = words.utf8.prefix(4096).map { (65...90).contains($0) ? $0 | 32 : $0 }[...]
        for mark in marks {
            let octets = Array(mark.words.utf8)
            var rest = bytes
            while rest.count > octets.count {
                if rest.starts(with: octets),
                    let found = amount(rest.dropFirst(octets.count), implied: mark.implied, now)
                {
                    return found
                }
                rest = rest.dropFirst()
            }
        }
        return nil
    }

    /// What stands before the number, and what the number means without a unit.
    private static let marks: [(words: String, implied: Int64?)] = [
        ("backoff time:", 1), ("retry-after:", 1000), ("retry after:", 1000), ("try again in", nil),
        ("try again after", nil), ("retry in", nil), ("retry after", nil), ("try later in", nil),
        ("greylisted for", nil), ("graylisted for", nil), ("wait at least", nil), ("wait for", nil), ("wait", nil),
        ("come back in", nil),
    ]

    private static func unit(_ word: ArraySlice<UInt8>) -> Int64? {
        switch String(decoding: word.prefix(12).prefix { (0x61...0x7a).contains($0) }, as: UTF8.self) {
        case "ms", "msec", "millisecond", "milliseconds": 1
        case "s", "sec", "secs", "second", "seconds": 1000
        case "m", "min", "mins", "minute", "minutes": 60_000
        case "h", "hr", "hrs", "hour", "hours": 3_600_000
        case "d", "day", "days": 86_400_000
        default: nil
        }
    }

    private static func amount(_ bytes: ArraySlice<UInt8>, implied: Int64?, _ now: Int64) -> Int64? {
        let trimmed = bytes.drop { $0 == 0x20 }
        if let time = instant(trimmed) { return min(max(time - now, 0), longest) }
        let digits = trimmed.prefix { (0x30...0x39).contains($0) }
        let word: ArraySlice<UInt8>
        let number: Int64?
        if digits.isEmpty {
            // "in an hour", "in a minute"
            guard let article = ["an ", "a ", "one "].first(where: { trimmed.starts(with: $0.utf8) }) else {
                return nil
            }
            word = trimmed.dropFirst(article.utf8.count)
            number = 1
        } else {
            word = trimmed.dropFirst(digits.count).drop { $0 == 0x20 }
            number = digits.count > 12 ? nil : Int64(String(decoding: digits, as: UTF8.self))
        }
        guard let factor = unit(word) ?? implied else { return nil }
        guard let number else { return longest }
        let (product, over) = number.multipliedReportingOverflow(by: factor)
        return over ? longest : min(product, longest)
    }

    /// `2026-01-05T11:31:02.123Z`, in small letters: milliseconds since 1970.
    private static func instant(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let text = Array(bytes.prefix(19))
        guard text.count == 19, text[4] == 0x2d, text[7] == 0x2d, text[10] == 0x74, text[13] == 0x3a, text[16] == 0x3a
        else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            text[range].allSatisfy { (0x30...0x39).contains($0) }
                ? Int64(String(decoding: text[range], as: UTF8.self)) : nil
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19), (1...12).contains(month),
            (1...31).contains(day), year >= 1970
        else { return nil }
        // Days since 1970 of a year that begins in March.
        let shifted = month > 2 ? year : year - 1
        let era = shifted / 400
        let ofEra = shifted - era * 400
        let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let days = era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
        return ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000
    }
}

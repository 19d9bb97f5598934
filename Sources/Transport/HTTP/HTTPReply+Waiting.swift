import Base

extension HTTPReply {
    /// How long the server asks to wait (RFC 9110, section 10.2.3), by seconds or by date; at most a week.
    package var retryAfterMs: Int64? { HTTPReply.retryAfterMs(headers) }

    /// - Parameter headers: names in small letters.
    package static func retryAfterMs(_ headers: [HTTPRequest.Header]) -> Int64? {
        guard let text = headers.first(where: { $0.name == "retry-after" })?.value else { return nil }
        let week: Int64 = 7 * 86_400_000
        if let seconds = Int64(text) { return seconds < 0 ? nil : min(seconds, week / 1000) * 1000 }
        guard let date = HTTPDate.milliseconds(text) else { return nil }
        // Against the server's own clock, where it tells it.
        let told = headers.first { $0.name == "date" }.flatMap { HTTPDate.milliseconds($0.value) }
        return min(max(0, date - (told ?? Clock.wall())), week)
    }
}

/// The date of a header field (RFC 9110, section 5.6.7).
package enum HTTPDate {
    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

    /// Milliseconds since 1970, of any of the three forms: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`,
    /// `Sun Nov  6 08:49:37 1994`. Nil for anything else.
    package static func milliseconds(_ text: String) -> Int64? {
        guard text.utf8.count <= 64 else { return nil }
        let words = text.lowercased().utf8.split { $0 == 0x20 || $0 == 0x2c || $0 == 0x2d }.map {
            String(decoding: Array($0), as: UTF8.self)
        }
        guard words.count >= 5 else { return nil }
        let isC = words[1].utf8.first.map { $0 > 0x39 } ?? false
        let order = isC ? (day: 2, month: 1, year: 4, time: 3) : (day: 1, month: 2, year: 3, time: 4)
        guard let day = Int64(words[order.day]), let month = months.firstIndex(of: words[order.month]),
            var year = Int64(words[order.year]), (1...31).contains(day), (0...9999).contains(year)
        else { return nil }
        if year < 100 { year += year < 70 ? 2000 : 1900 }
        let time = words[order.time].utf8.split(separator: 0x3a).map {
            Int64(String(decoding: Array($0), as: UTF8.self))
        }
        guard time.count == 3, let hour = time[0], let minute = time[1], let second = time[2],
            (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        return ((days(year, Int64(month) + 1, day) * 24 + hour) * 60 + minute) * 60_000 + second * 1000
    }

    /// Days since 1970 of a date of the Gregorian calendar.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let ofEra = shifted - era * 400
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    }
}

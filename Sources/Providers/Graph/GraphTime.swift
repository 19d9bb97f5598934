/// Points in time as Graph writes them: `2026-01-31T12:00:00Z`, with or without a fraction.
enum GraphTime {
    /// Milliseconds since 1970; nil where it is none.
    static func milliseconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.count <= 40, bytes[4] == 45, bytes[7] == 45, bytes[10] | 32 == 116,
            bytes[13] == 58,
            bytes[16] == 58, bytes.last.map({ $0 | 32 }) == 122, let year = number(bytes[0..<4]),
            let month = number(bytes[5..<7]), let day = number(bytes[8..<10]), let hour = number(bytes[11..<13]),
            let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]), (1...12).contains(month),
            (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        var fraction: Int64 = 0
        if bytes.count > 20 {
            guard bytes[19] == 46 else { return nil }
            let digits = bytes[20..<(bytes.count - 1)].prefix(3)
            guard let value = number(digits) else { return nil }
            fraction = [100, 10, 1][max(min(digits.count, 3), 1) - 1] * value
        }
        return (days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second) * 1000 + fraction
    }

    /// The same in words, in whole seconds.
    static func text(_ milliseconds: Int64) -> String {
        let seconds = milliseconds / 1000
        var day = seconds / 86_400
        let rest = seconds % 86_400
        // Civil from days (the calendar of 400 years of 146,097 days, beginning on 1 March).
        day += 719_468
        let era = day / 146_097
        let of = day - era * 146_097
        let yearOf = (of - of / 1460 + of / 36_524 - of / 146_096) / 365
        let dayOf = of - (365 * yearOf + yearOf / 4 - yearOf / 100)
        let part = (5 * dayOf + 2) / 153
        let month = part < 10 ? part + 3 : part - 9
        let year = yearOf + era * 400 + (month <= 2 ? 1 : 0)
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOf - (153 * part + 2) / 5 + 1, 2))"
        return "\(date)T\(padded(rest / 3600, 2)):\(padded(rest % 3600 / 60, 2)):\(padded(rest % 60, 2))Z"
    }

    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let yearOf = year - era * 400
        let dayOf = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOf * 365 + yearOf / 4 - yearOf / 100 + dayOf - 719_468
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for digit in digits {
            guard (48...57).contains(digit) else { return nil }
            value = value * 10 + Int64(digit - 48)
        }
        return digits.isEmpty ? nil : value
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}

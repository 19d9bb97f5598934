/// What the words of a date have said so far.
struct DateReading {
    private var year: Int?
    private var month: Int?
    private var day: Int?
    private var hour: Int?
    private var minute = 0
    private var second = 0
    private var millisecond = 0
    private var afternoon: Bool?
    /// Minutes east of UTC.
    private var zone: Int?

    mutating func take(_ word: ArraySlice<UInt8>) {
        guard let first = word.first else { return }
        if hour != nil || day != nil, zone == nil, first == UInt8(ascii: "+") || first == UInt8(ascii: "-"),
            let offset = Self.offset(word)
        {
            zone = offset
        } else if hour == nil, first.isDigit, word.contains(UInt8(ascii: ":")) {
            takeTime(word)
        } else if first.isDigit {
            takeNumber(word)
        } else {
            takeName(word)
        }
    }

    /// Nil while day, month or year is missing.
    var milliseconds: Int64? {
        guard let year, let month, let day, (1...12).contains(month), (1...31).contains(day), (0...9999).contains(year)
        else { return nil }
        var hour = hour ?? 0
        if let afternoon, hour <= 12 { hour = hour % 12 + (afternoon ? 12 : 0) }
        guard hour <= 24, minute < 60, second <= 60 else { return nil }
        let days = Self.daysSince1970(year, month, day)
        let minutes = (days * 24 + hour) * 60 + minute - (zone ?? 0)
        return Int64((minutes * 60 + second) * 1000 + millisecond)
    }

    /// `12:34`, `12:34:56.789`, with a zone directly after it (`Z`, `+02:00`, `PM`).
    private mutating func takeTime(_ word: ArraySlice<UInt8>) {
        var values: [Int] = []
        var rest = word
        while values.count < 3, let value = Self.number(&rest, digits: 2) {
            values.append(value)
            guard rest.first == UInt8(ascii: ":") || (values.count < 3 && rest.first == UInt8(ascii: ".")) else {
                break
            }
            rest = rest.dropFirst()
        }
        guard values.count >= 2 else { return }
        hour = values[0]
        minute = values[1]
        second = values.count > 2 ? values[2] : 0
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            var scale = 100
            while let digit = rest.first, digit.isDigit {
                millisecond += Int(digit - 48) * scale
                scale /= 10
                rest = rest.dropFirst()
            }
        }
        if !rest.isEmpty { take(rest) }
    }

    /// A day, a year, or a whole date: `1`, `2003`, `2003-07-01`, `01-Jul-03`, `7/1/2003`, `20030701`.
    private mutating func takeNumber(_ word: ArraySlice<UInt8>) {
        let pieces = word.split { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ".") }
        if pieces.count >= 3, day == nil {
            return takeDate(pieces)
        }
        var rest = word
        guard let value = Self.number(&rest, digits: 8) else { return }
        let digits = word.count - rest.count
        if digits == 8, day == nil, month == nil {
            (year, month, day) = (value / 10000, value / 100 % 100, value % 100)
        } else if day == nil, digits <= 2 {
            day = value
        } else if year == nil {
            year = digits == 4 ? value : Self.century(value, digits)
        } else if hour == nil, digits == 4 {
            (hour, minute) = (value / 100, value % 100)
        } else if hour == nil, digits == 6 {
            (hour, minute, second) = (value / 10000, value / 100 % 100, value % 100)
        }
        if zone == nil, rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { zone = Self.offset(rest) }
    }

    private mutating func takeDate(_ pieces: [ArraySlice<UInt8>]) {
        func value(_ index: Int) -> Int? {
            var rest = pieces[index]
            return Self.number(&rest, digits: 4)
        }
        if let named = DateNames.month(pieces[1]), let first = value(0), let last = value(2) {
            (day, month) = (first, named)
            year = Self.century(last, pieces[2].prefix { $0.isDigit }.count)
        } else if pieces[0].count == 4, let first = value(0), let second = value(1), let third = value(2) {
            (year, month, day) = (first, second, third)
        } else if let first = value(0), let second = value(1), let third = value(2) {
            // Month first as in America, where it can be one; with dots the day is first.
            (month, day) = first > 12 ? (second, first) : (first, second)
            year = Self.century(third, pieces[2].prefix { $0.isDigit }.count)
        }
    }

    private mutating func takeName(_ word: ArraySlice<UInt8>) {
        if month == nil, let named = DateNames.month(word) {
            month = named
        } else if word.count == 2, hour != nil, word.last?.lowercased == UInt8(ascii: "m"), afternoon == nil,
            let half = word.first?.lowercased, half == UInt8(ascii: "a") || half == UInt8(ascii: "p")
        {
            afternoon = half == UInt8(ascii: "p")
        } else if hour != nil, let named = DateNames.zone(word) {
            // `GMT+0200` and `UTC+2` carry the offset with the name.
            let sign = word.firstIndex { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
            let offset = sign.flatMap { Self.offset(word[$0...]) }
            if zone == nil { zone = offset ?? (named.counts ? named.minutes : nil) }
        }
    }

    /// `+0200`, `+02:00`, `+2`. Nil where it is none; more than a day is no offset, and counts as UTC.
    private static func offset(_ word: ArraySlice<UInt8>) -> Int? {
        guard let sign = word.first else { return nil }
        var digits: [Int] = []
        for byte in word.dropFirst() where byte != UInt8(ascii: ":") {
            guard byte.isDigit, digits.count < 4 else { break }
            digits.append(Int(byte - 48))
        }
        let minutes: Int
        switch digits.count {
        case 1: minutes = digits[0] * 60
        case 2: minutes = (digits[0] * 10 + digits[1]) * 60
        case 3: minutes = digits[0] * 60 + digits[1] * 10 + digits[2]
        case 4: minutes = (digits[0] * 10 + digits[1]) * 60 + digits[2] * 10 + digits[3]
        default: return nil
        }
        if minutes > 24 * 60 { return 0 }
        return sign == UInt8(ascii: "-") ? -minutes : minutes
    }

    /// Two digits: 1950 to 2049; three: from 1900 (RFC 5322, section 4.3).
    private static func century(_ value: Int, _ digits: Int) -> Int {
        if digits <= 2 { return value < 50 ? 2000 + value : 1900 + value }
        return digits == 3 ? 1900 + value : value
    }

    private static func number(_ rest: inout ArraySlice<UInt8>, digits: Int) -> Int? {
        var value = 0
        var count = 0
        while count < digits, let byte = rest.first, byte.isDigit {
            value = value * 10 + Int(byte - 48)
            rest = rest.dropFirst()
            count += 1
        }
        return count > 0 ? value : nil
    }

    /// Of the Gregorian calendar, by counting from the first of March.
    static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468
    }
}

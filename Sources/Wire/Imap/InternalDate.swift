extension Imap {
    /// INTERNALDATE (RFC 9051, section 9: date-time): ` 1-Jul-2026 02:44:25 -0700`.
    package enum InternalDate {
        private static let months = Array("JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC".utf8)

        /// Milliseconds since 1970 UTC, or nil where it is not such a date. A missing zone is UTC.
        package static func milliseconds(_ bytes: [UInt8]) -> Int64? {
            var reader = Reader(bytes: bytes)
            guard let day = reader.number(), (1...31).contains(day), reader.take(0x2d),
                let month = reader.month(), reader.take(0x2d), let year = reader.number(), (1...9999).contains(year)
            else { return nil }
            guard reader.isBetweenWords else { return nil }
            var seconds: Int64 = 0
            if let hour = reader.number(), reader.take(0x3a), let minute = reader.number() {
                let second = reader.take(0x3a) ? reader.number() ?? 0 : 0
                guard hour < 25, minute < 60, second < 62 else { return nil }
                seconds = hour * 3600 + minute * 60 + second
            }
            return ((days(year, month, day) * 86400 + seconds) - reader.zone() * 60) * 1000
        }

        /// The day, in UTC, as SEARCH wants it: `1-Feb-1994`. Nil before 1970 and after 9999.
        package static func day(_ milliseconds: Int64) -> String? {
            guard milliseconds >= 0, milliseconds < 253_402_300_800_000 else { return nil }
            let wanted = milliseconds / 86_400_000
            var year = 1970 + wanted / 366
            while days(year + 1, 1, 1) <= wanted { year += 1 }
            var month: Int64 = 1
            while month < 12, days(year, month + 1, 1) <= wanted { month += 1 }
            return "\(wanted - days(year, month, 1) + 1)-\(names[Int(month) - 1])-\(year)"
        }

        /// The date as APPEND wants it, in UTC: `17-Jul-1996 09:44:25 +0000`. Nil before the year 1 and after 9999.
        package static func text(_ milliseconds: Int64) -> String? {
            // The days of the year 1 to 9999, counted from 1970.
            let seconds = milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0)
            let day = seconds / 86400 - (seconds % 86400 < 0 ? 1 : 0)
            guard day >= -719_162, day <= 2_932_896 else { return nil }
            let second = seconds - day * 86400
            // Counted from 1 March of the year 0, in eras of 400 years.
            let shifted = day + 719_468
            let era = shifted / 146_097
            let ofEra = shifted % 146_097
            let year = (ofEra - ofEra / 1460 + ofEra / 36524 - ofEra / 146_096) / 365
            let dayOfYear = ofEra - (365 * year + year / 4 - year / 100)
            let month = (5 * dayOfYear + 2) / 153
            let date = dayOfYear - (153 * month + 2) / 5 + 1
            let isNextYear = month >= 10
            func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
            let years = "\(year + era * 400 + (isNextYear ? 1 : 0))"
            let zeros = String(repeating: "0", count: max(0, 4 - years.utf8.count))
            return "\(two(date))-\(names[Int(isNextYear ? month - 10 : month + 2)])-\(zeros)\(years) "
                + "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60)) +0000"
        }

        private static let names = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]

        /// Days since 1970-01-01 in the Gregorian calendar.
        private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
            let shifted = month > 2 ? year : year - 1
            let era = shifted / 400
            let ofEra = shifted - era * 400
            let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
            return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + dayOfYear - 719_468
        }

        private struct Reader {
            let bytes: [UInt8]
            var position = 0

            var isBetweenWords: Bool { position >= bytes.count || bytes[position] == 0x20 }

            mutating func take(_ byte: UInt8) -> Bool {
                guard position < bytes.count, bytes[position] == byte else { return false }
                position += 1
                return true
            }

            /// At most four digits, after blanks.
            mutating func number() -> Int64? {
                while take(0x20) {}
                let start = position
                var value: Int64 = 0
                while position < bytes.count, bytes[position].isDigit, position - start < 4 {
                    value = value * 10 + Int64(bytes[position] - 0x30)
                    position += 1
                }
                return position > start ? value : nil
            }

            mutating func month() -> Int64? {
                guard position + 3 <= bytes.count else { return nil }
                let name = bytes[position..<position + 3].map(\.upperCased)
                position += 3
                for index in 0..<12 where InternalDate.months[index * 3..<index * 3 + 3].elementsEqual(name) {
                    return Int64(index + 1)
                }
                return nil
            }

            /// Minutes east of Greenwich.
            mutating func zone() -> Int64 {
                while take(0x20) {}
                let negative = take(0x2d)
                if !negative { _ = take(0x2b) }
                guard let digits = number() else { return 0 }
                let minutes = digits / 100 * 60 + digits % 100
                return negative ? -minutes : minutes
            }
        }
    }
}

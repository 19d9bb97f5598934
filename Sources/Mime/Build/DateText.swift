/// A date as RFC 5322, section 3.3, writes it, in UTC.
package enum DateText {
    /// - Parameter milliseconds: since 1970 UTC. Years outside of 0 to 9999 are brought to these.
    package static func format(_ milliseconds: Int64) -> String {
        let seconds = Int(min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999) / 1000)
        let days = (seconds >= 0 ? seconds : seconds - 86399) / 86400
        let time = seconds - days * 86400
        let (year, month, day) = civil(days)
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][((days % 7) + 7) % 7]
        let name = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][month - 1]
        let clock = "\(padded(time / 3600, 2)):\(padded(time / 60 % 60, 2)):\(padded(time % 60, 2))"
        return "\(weekday), \(padded(day, 2)) \(name) \(padded(year, 4)) \(clock) +0000"
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }

    /// Year, month (1 to 12) and day of the Gregorian calendar.
    private static func civil(_ daysSince1970: Int) -> (Int, Int, Int) {
        let days = daysSince1970 + 719468
        let era = (days >= 0 ? days : days - 146096) / 146097
        let dayOfEra = days - era * 146097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}

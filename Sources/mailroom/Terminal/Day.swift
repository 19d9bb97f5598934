import Glibc

/// A day as people write it.
enum Day {
    /// - Returns: its first millisecond in local time, since 1970; 0 for `none`.
    static func milliseconds(_ option: String, _ text: String) throws -> Int64 {
        if text == "none" { return 0 }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int32($0) }
        guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
            (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day)
        else { throw ToolError(.usage, "\(option): '\(text.oneLine)' is no day like 2026-01-31") }
        var time = tm()
        time.tm_year = year - 1900
        time.tm_mon = month - 1
        time.tm_mday = day
        time.tm_isdst = -1
        let seconds = mktime(&time)
        guard seconds >= 0, time.tm_mday == day else {
            throw ToolError(.usage, "\(option): '\(text.oneLine)' is no day of the calendar")
        }
        return Int64(seconds) * 1000
    }
}

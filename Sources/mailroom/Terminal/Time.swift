import Glibc

/// Times for people: local, to the minute.
enum Moment {
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// - Parameter milliseconds: since 1970 UTC; empty text for nil.
    static func text(_ milliseconds: Int64?) -> String {
        guard let milliseconds else { return "" }
        // Rounds down before 1970, too.
        var seconds = time_t((milliseconds - (milliseconds % 1000 + 1000) % 1000) / 1000)
        var parts = tm()
        guard localtime_r(&seconds, &parts) != nil else { return String(milliseconds) }
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(Int(parts.tm_year) + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) "
            + "\(two(parts.tm_hour)):\(two(parts.tm_min))"
    }

    /// The same moment for programs (RFC 3339): `2026-11-21T14:30:05Z`.
    static func utc(_ milliseconds: Int64) -> String {
        var seconds = time_t((milliseconds - (milliseconds % 1000 + 1000) % 1000) / 1000)
        var parts = tm()
        guard gmtime_r(&seconds, &parts) != nil else { return String(milliseconds) }
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(Int(parts.tm_year) + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
            + "T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
    }

    /// The name of the time zone that `text` is in at that moment: `CET`.
    static func zone(_ milliseconds: Int64) -> String {
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        guard localtime_r(&seconds, &parts) != nil, let name = parts.tm_zone else { return "" }
        return String(cString: name)
    }

    /// How long ago, or how long still: `5 min`, `3 h`, `2 days`.
    static func span(_ milliseconds: Int64) -> String {
        let seconds = abs(milliseconds / 1000)
        switch seconds {
        case ..<90: return "\(seconds) s"
        case ..<5400: return "\(seconds / 60) min"
        case ..<172_800: return "\(seconds / 3600) h"
        default: return "\(seconds / 86400) days"
        }
    }

    static func since(_ milliseconds: Int64?) -> String {
        guard let milliseconds else { return "" }
        let passed = now() - milliseconds
        return passed < 1000 ? "now" : "\(span(passed)) ago"
    }

    /// A number with its noun: `1 folder`, `2 folders`.
    static func count(_ number: Int64, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// The same of a noun whose plural is not made by an s.
    static func count(_ number: Int64, _ one: String, _ many: String) -> String {
        "\(number) \(number == 1 ? one : many)"
    }

    /// Limits of size are told as providers tell them: MB are 10^6 bytes.
    static func megabytes(_ bytes: Int64) -> String {
        bytes < 100_000 ? "\(bytes) B" : "\(bytes / 1_000_000).\(bytes / 100_000 % 10) MB"
    }

    static func size(_ bytes: Int64) -> String {
        switch bytes {
        case ..<1024: "\(bytes) B"
        case ..<(1024 * 1024): "\(bytes / 1024) KiB"
        default: "\(bytes / 1024 / 1024) MiB"
        }
    }
}

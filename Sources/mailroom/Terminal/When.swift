import Glibc

/// A time to come and a span of time, as people write them.
enum When {
    /// - Returns: milliseconds since 1970: of `2026-01-31 14:30` in local time (or with a T), or so long from now: `+90m`.
    static func milliseconds(_ option: String, _ text: String) throws -> Int64 {
        if text.hasPrefix("+") { return Moment.now() + (try span(option, String(text.dropFirst()))) }
        let halves = text.split(whereSeparator: { $0 == " " || $0 == "T" })
        guard (1...2).contains(halves.count) else { throw wrong(option, text) }
        let day = try Day.milliseconds(option, String(halves[0]))
        guard halves.count == 2 else { return day }
        let parts = halves[1].split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) }
        guard (2...3).contains(parts.count), let hour = parts[0], let minute = parts[1], (0...23).contains(hour),
            (0...59).contains(minute), parts.count == 2 || parts[2].map({ (0...59).contains($0) }) == true
        else { throw wrong(option, text) }
        var seconds = time_t(day / 1000)
        var time = tm()
        guard localtime_r(&seconds, &time) != nil else { throw wrong(option, text) }
        time.tm_hour = Int32(hour)
        time.tm_min = Int32(minute)
        time.tm_sec = parts.count == 3 ? Int32(parts[2] ?? 0) : 0
        time.tm_isdst = -1
        return Int64(mktime(&time)) * 1000
    }

    /// - Returns: milliseconds: `30s`, `90m`, `2h`, `3d`.
    static func span(_ option: String, _ text: String) throws -> Int64 {
        let units: [Character: Int64] = ["s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
        guard let last = text.last, let unit = units[last], let number = Int64(text.dropLast()),
            (0...100_000).contains(number)
        else { throw ToolError(.usage, "\(option): '\(text.oneLine)' is no span like 90m, 2h or 3d") }
        return number * unit
    }

    /// - Returns: milliseconds since 1970 of what has been: a day, a time, or a span back from now: `2h`.
    static func past(_ option: String, _ text: String) throws -> Int64 {
        let isBack = !text.hasPrefix("+")
        if isBack, let span = try? span(option, text) { return Moment.now() - span }
        guard isBack, let time = try? milliseconds(option, text) else {
            throw ToolError(
                .usage, "\(option): '\(text.oneLine)' is no time like '2026-01-31 14:30' and no span like 2h")
        }
        return time
    }

    private static func wrong(_ option: String, _ text: String) -> ToolError {
        ToolError(.usage, "\(option): '\(text.oneLine)' is no time like '2026-01-31 14:30' or +90m")
    }
}

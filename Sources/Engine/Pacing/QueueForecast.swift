import Base
import Store

/// When what waits will have gone, as the limits stand: an estimate, made by letting the messages go one after the other
/// against the windows.
struct QueueForecast {
    /// In messages: a limit of recipients counts as so many messages as it takes.
    private let limits: [SendingLimit]
    /// When the latest were offered, oldest first, and what is let go here after them.
    private var times: [Int64]
    private let before: Int
    private var now: Int64

    /// No estimate looks further than that.
    static let furthest: Int64 = 200_000

    init(_ limits: [SendingLimit], recipientsEach: Int64, latest: [Int64], now: Int64) {
        self.limits = limits.map { limit in
            let messages = limit.unit == .messages ? limit.limit : max(limit.limit / max(recipientsEach, 1), 1)
            return SendingLimit(.messages, limit.window, messages)
        }
        times = latest
        before = latest.count
        self.now = now
    }

    /// How many of the latest offers an estimate needs to know.
    static func needed(_ limits: [SendingLimit]) -> Int64 { min(limits.map(\.limit).max() ?? 0, furthest) }

    /// When the last of so many will have gone; those of low priority go last, spread where they need to be.
    mutating func last(normal: Int64, low: Int64) -> Int64 {
        for _ in 0..<min(normal, QueueForecast.furthest) { go(spacing: 0) }
        let used = limits.map { limit in
            (limit: limit, used: Int64(times.suffix(while: { $0 > now - limit.window.milliseconds }).count))
        }
        let spacing = SendPace.spacing(used, waiting: low)
        for _ in 0..<min(low, QueueForecast.furthest) { go(spacing: spacing) }
        return max(times.count > before ? times[times.count - 1] : now, now)
    }

    private mutating func go(spacing: Int64) {
        var at = max(now, times.last.map { $0 + spacing } ?? now)
        for limit in limits where times.count >= limit.limit {
            at = max(at, times[times.count - Int(limit.limit)] + limit.window.milliseconds)
        }
        times.append(at)
    }
}

extension Array {
    /// The longest end of it that fits.
    fileprivate func suffix(while fits: (Element) -> Bool) -> ArraySlice<Element> {
        var start = endIndex
        while start > startIndex, fits(self[start - 1]) { start -= 1 }
        return self[start...]
    }
}

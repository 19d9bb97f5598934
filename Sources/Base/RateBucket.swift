/// So much within a window of time, and never more, whatever the time of day: a part at once, the rest evenly (the generic
/// cell rate algorithm, of which one number is all the memory).
///
/// In any window no more is taken than `units`: what may be taken at once and what comes back within the window add up to it.
/// What costs more than may be taken at once goes when the bucket is full, and what follows waits for all of it.
package struct RateBucket: Sendable, Equatable {
    private static let nsPerMs: Int64 = 1_000_000
    /// How long one unit takes to come back.
    private let intervalNs: Int64
    /// What may be taken at once, as time.
    private let burstNs: Int64
    private let windowNs: Int64
    /// When the bucket is full again, in nanoseconds; 0: it was never used.
    package var full: Int64

    /// - Parameters:
    ///   - slackMs: what is taken may be used up to so much later.
    ///   - halves: whether half of it may be taken at once; else a fifth.
    package init(units: Int64, windowMs: Int64, slackMs: Int64 = 0, halves: Bool = false, full: Int64 = 0) {
        let burst = max(1, units / (halves ? 2 : 5))
        let rest = max(1, units - burst)
        windowNs = (windowMs + slackMs) * RateBucket.nsPerMs
        // Rounded up: a unit never comes back too early.
        intervalNs = (windowNs + rest - 1) / rest
        burstNs = burst * intervalNs
        self.full = full
    }

    /// How much may be taken at once.
    package var burst: Int64 { burstNs / intervalNs }

    /// Takes so much.
    /// - Returns: 0; else the milliseconds after which to ask again, and nothing was taken.
    package mutating func take(_ cost: Int64, now: Int64) -> Int64 {
        guard cost > 0 else { return 0 }
        let nowNs = RateBucket.nanoseconds(now)
        // A clock that was set back makes nobody wait longer than what costs most.
        full = min(full, nowNs + 4 * max(windowNs, burstNs))
        let base = max(nowNs, full)
        let (product, overflow) = cost.multipliedReportingOverflow(by: intervalNs)
        let need = overflow ? windowNs : min(product, 4 * windowNs)
        let wait = need <= burstNs ? base + need - burstNs - nowNs : base - nowNs
        guard wait > 0 else {
            full = base + need
            return 0
        }
        return (wait + RateBucket.nsPerMs - 1) / RateBucket.nsPerMs
    }

    /// From now on nothing is left of what may be taken at once: somebody else may have taken it.
    package mutating func drain(now: Int64) { full = max(full, RateBucket.nanoseconds(now) + burstNs) }

    private static func nanoseconds(_ milliseconds: Int64) -> Int64 {
        let (product, overflow) = milliseconds.multipliedReportingOverflow(by: nsPerMs)
        return overflow ? (milliseconds < 0 ? 0 : Int64.max / 2) : product
    }
}

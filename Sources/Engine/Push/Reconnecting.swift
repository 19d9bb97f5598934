import Base

/// How long to wait before a watch is tried again. Times are milliseconds of the boot clock.
enum Reconnecting {
    /// A connection that has lived so long was a good one: the next wait is the first again. A server that hangs up right
    /// after the login must not be hit many times a second.
    static let livedMs: Int64 = 5 * 60_000

    /// How many tries in a row have come to nothing, after one that ended now.
    /// - Parameter openedAt: nil: it did not come to a connection.
    static func tries(_ before: Int, openedAt: Int64?, now: Int64) -> Int {
        if let openedAt, now - openedAt >= livedMs { return 0 }
        return min(before + 1, 1_000)
    }

    /// Somewhere between half of the wait and all of it, so that thousands that were cut off together do not come back
    /// together.
    static func pause(_ tries: Int) -> Int64 {
        let most = longest[min(max(tries, 0), longest.count - 1)]
        return Int64.random(in: most / 2...most)
    }

    private static let longest: [Int64] = [2_000, 3_000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000]
}

import Base

/// Until when an account's queue rests, as far as this process knows: its limits have no room, or its server took nothing.
/// The store says what is due; this only keeps it from being asked for nothing.
final class SendTurns: Sendable {
    private struct Rest {
        /// Wall clock.
        var all: Int64 = 0
        var low: Int64 = 0
    }

    /// Nothing rests longer without another look: limits change, also by other processes.
    static let longestMs: Int64 = 60_000
    private let timers: Timers
    private let hurry: @Sendable () -> Void
    private let rests = Lock<[Int64: Rest]>([:])

    init(_ timers: Timers, hurry: @escaping @Sendable () -> Void) {
        self.timers = timers
        self.hurry = hurry
    }

    /// Whether a turn may be begun for what has this priority.
    func isOpen(_ account: Int64, priority: Int64, now: Int64) -> Bool {
        rests.withLock { rests in
            guard let rest = rests[account] else { return true }
            return rest.all <= now && (priority >= 0 || rest.low <= now)
        }
    }

    func rest(_ account: Int64, until: Int64, lowOnly: Bool, now: Int64) {
        let until = min(until, now + SendTurns.longestMs)
        guard until > now else { return }
        rests.withLock { rests in
            var rest = rests[account] ?? Rest()
            if lowOnly { rest.low = until } else { rest.all = until }
            rests[account] = rest
        }
        timers.after(until - now + 1, hurry)
    }

    func forget(_ account: Int64) { rests.withLock { _ = $0.removeValue(forKey: account) } }

    func forgetAll() { rests.withLock { $0 = [:] } }

    func tidy(now: Int64) {
        rests.withLock { rests in rests = rests.filter { $0.value.all > now || $0.value.low > now } }
    }
}

import Base
import Store

/// What an account may send in a page of its turn: within its limits in bursts, at low priority spread over the windows
/// that have less room than there is to send.
struct SendPace {
    let limits: SendingLimits
    private let store: Store
    private let account: Int64
    private let now: Int64
    private var own: SendingRoom
    private let together: SendingRoom
    /// Between two messages of low priority; 0: they need no spreading.
    private let spacingMs: Int64
    /// Nothing of low priority before that.
    private(set) var lowOpens: Int64

    init(_ store: Store, _ account: Int64, _ limits: SendingLimits, now: Int64) throws(Failure) {
        self.store = store
        self.account = account
        self.limits = limits
        self.now = now
        own = try store.room(.account(account), limits.counted, now: now)
        together = try store.room(.host(limits.host), limits.hostLimits, now: now)
        let parts = own.used + together.used
        var waiting: Int64 = 0
        if let widest = parts.map({ max($0.limit.limit - $0.used, 0) }).max() {
            waiting = try store.waitingLow(account, now: now, atMost: min(widest, 1_000_000) + 1)
        }
        let spacing = SendPace.spacing(parts, waiting: waiting)
        spacingMs = spacing
        lowOpens = now
        guard spacing > 0 else { return }
        // A server's own windows are spread over for all its accounts together.
        let lately = [
            try store.lastSpent(.account(account)),
            together.used.isEmpty ? nil : try store.lastSpent(.host(limits.host)),
        ]
        if let last = lately.compactMap(\.self).max() { lowOpens = max(min(last, now) + spacing, now) }
    }

    /// The pause between two messages that spreads so many over the windows that cannot take them all now.
    static func spacing(_ parts: [(limit: SendingLimit, used: Int64)], waiting: Int64) -> Int64 {
        parts.filter { waiting > max($0.limit.limit - $0.used, 0) }.map { part in
            (part.limit.window.milliseconds + part.limit.limit - 1) / part.limit.limit
        }.max() ?? 0
    }

    var isUnlimited: Bool { limits.counted.isEmpty && limits.hostLimits.isEmpty }

    /// How many messages more.
    var free: Int64 { min(own.messages, together.messages) }

    /// Whether the send may go now; where it may, its room is taken.
    mutating func admits(_ send: DueSend) -> Bool {
        guard own.fits(send.recipients), together.fits(send.recipients) else { return false }
        guard send.priority >= 0 || lowOpens <= now else { return false }
        own.take(send.recipients)
        if send.priority < 0, spacingMs > 0 { lowOpens = now + spacingMs }
        return true
    }

    /// From when on a send that was not admitted may go, and whether only low priority waits for that.
    func opens(_ send: DueSend) throws(Failure) -> (at: Int64, lowOnly: Bool) {
        let later = Clock.wall()
        let at = max(
            try store.opens(.account(account), limits.counted, recipients: send.recipients, now: later),
            try store.opens(.host(limits.host), limits.hostLimits, recipients: send.recipients, now: later))
        return at > later || send.priority >= 0 ? (at, false) : (max(at, lowOpens), true)
    }
}

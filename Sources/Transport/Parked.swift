import Base

/// One parked stream: what it waits for, and whom to tell.
final class Parked {
    let connection: any Parkable
    let minimumLine: Bool
    let onWake: @Sendable (WakeReason) -> Void
    let wakeAfterMs: Int64
    /// By the boot clock: when it wakes by itself, and why then.
    var due = Int64.max
    var reason = WakeReason.timer
    /// Whether epoll knows its descriptor.
    var isWatched = false
    /// Its place among the timers; -1 where it is none of them.
    var timer = -1
    var key = ParkKey(slot: 0, generation: 0)

    init(
        _ connection: any Parkable, _ wakeAfterMs: Int64, _ minimumLine: Bool,
        _ onWake: @escaping @Sendable (WakeReason) -> Void
    ) {
        self.connection = connection
        self.minimumLine = minimumLine
        self.onWake = onWake
        self.wakeAfterMs = wakeAfterMs
    }

    /// Begins to count its time: a long one may end a sixteenth earlier.
    func begin(_ now: Int64) {
        let wait = max(0, wakeAfterMs)
        let early = wait < 10_000 ? 0 : Int64.random(in: 0...wait / 16)
        let (sum, overflow) = now.addingReportingOverflow(wait - early)
        due = overflow ? .max : sum
    }
}

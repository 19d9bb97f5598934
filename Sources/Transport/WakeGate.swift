/// Spreads the wakes of one server that thousands of streams would get at once, because it went away or the machine
/// slept: who wakes connects again. Some pass at once, the others one after the other.
struct WakeGate {
    /// These many at once.
    static let burst: Int64 = 32
    /// Then one in so many milliseconds.
    static let intervalMs: Int64 = 20

    /// When the gate would be as if never used, by the boot clock.
    private(set) var free: Int64 = 0

    /// When the next one may pass.
    mutating func pass(_ now: Int64) -> Int64 {
        let at = max(now, free - WakeGate.burst * WakeGate.intervalMs)
        free = max(now, free) + WakeGate.intervalMs
        return at == now ? now : at + Int64.random(in: 0...1000)
    }
}

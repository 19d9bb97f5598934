import Base
import Glibc

/// The clocks that the poller goes by, in milliseconds. A test has its own.
struct PollerClocks: Sendable {
    var boot: @Sendable () -> Int64 = { Clock.boot() }
    var wall: @Sendable () -> Int64 = { Clock.wall() }
    /// As the boot clock, but that it stands while the machine sleeps.
    var monotonic: @Sendable () -> Int64 = {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }
}

/// Notices that the machine slept or that its clock was set: then two clocks have moved apart.
struct ClockWatch {
    /// A shorter sleep breaks nothing.
    private static let sleepMs: Int64 = 5_000
    /// A wall clock that is merely corrected moves by less.
    private static let setMs: Int64 = 30_000

    private let clocks: PollerClocks
    private var slept: Int64
    private var set: Int64

    init(_ clocks: PollerClocks) {
        self.clocks = clocks
        slept = clocks.boot() - clocks.monotonic()
        set = clocks.wall() - clocks.boot()
    }

    /// Whether there was a jump since the last look.
    mutating func jumped() -> Bool {
        let slept = clocks.boot() - clocks.monotonic()
        let set = clocks.wall() - clocks.boot()
        defer {
            self.slept = slept
            self.set = set
        }
        return abs(slept - self.slept) >= ClockWatch.sleepMs || abs(set - self.set) >= ClockWatch.setMs
    }
}

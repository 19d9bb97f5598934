import Base
import Glibc

/// Notices that the machine slept or that its clock was set: then clocks have moved apart.
struct ClockWatch {
    /// Sleep is short of nothing useful below this.
    private static let sleepMs: Int64 = 5_000
    /// A wall clock that is merely corrected moves by less.
    private static let setMs: Int64 = 30_000

    private var slept = ClockWatch.sleep()
    private var wall = Clock.wall() - Clock.boot()

    /// Whether there was a jump since the last look.
    mutating func jumped() -> Bool {
        let slept = ClockWatch.sleep()
        let wall = Clock.wall() - Clock.boot()
        defer {
            self.slept = slept
            self.wall = wall
        }
        return abs(slept - self.slept) >= ClockWatch.sleepMs || abs(wall - self.wall) >= ClockWatch.setMs
    }

    /// How long the machine has slept since it started: the boot clock counts that, the monotonic one does not.
    private static func sleep() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Clock.boot() - (Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000)
    }
}

import CSystem
import Glibc
import Synchronization

/// The two clocks of the engine, in milliseconds. Everything that asks for the time asks here, so that a test
/// can set the wall clock.
package struct Clock: Sendable {
    /// Added to both clocks: zero but in the build for tests.
    private static let shift = Atomic<Int64>(0)

    /// Milliseconds since 1970 UTC.
    package static func wall() -> Int64 { read(CLOCK_REALTIME) + shift.load(ordering: .relaxed) }

    /// Milliseconds since the machine started, counting its sleep: never set back. Leases run by it.
    package static func boot() -> Int64 { read(CLOCK_BOOTTIME) + shift.load(ordering: .relaxed) }

    /// Moves both clocks by so many milliseconds from where they truly are. For tests.
    package static func set(shift milliseconds: Int64) {
        shift.store(milliseconds, ordering: .relaxed)
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var now = timespec()
        clock_gettime(clock, &now)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }
}

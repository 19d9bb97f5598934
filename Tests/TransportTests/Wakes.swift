import Base
import Glibc
import Synchronization
import Testing

@testable import Transport

/// Writes down who woke and why.
final class Wakes: Sendable {
    private let list = Lock<[(name: Int, reason: WakeReason)]>([])

    func note(_ name: Int) -> @Sendable (WakeReason) -> Void {
        { reason in self.list.withLock { $0.append((name, reason)) } }
    }

    var all: [(name: Int, reason: WakeReason)] { list.withLock { $0 } }
    var count: Int { list.withLock { $0.count } }

    /// Waits until so many have come; what has come when they have, or after the time.
    @discardableResult
    func wait(_ wanted: Int = 1, milliseconds: Int = 20_000) -> [(name: Int, reason: WakeReason)] {
        for _ in 0..<(milliseconds / 2) where count < wanted { usleep(2_000) }
        return all
    }

    /// Long enough for a wake that should not come.
    func stayQuiet(_ milliseconds: UInt32 = 150) -> Bool {
        let before = count
        usleep(milliseconds * 1000)
        return count == before
    }
}

/// A clock for a poller of a test's own: other tests may set the clocks of the process.
final class TestClock: Sendable {
    /// What the machine has slept, and how far its wall clock was set.
    let slept = Atomic<Int64>(0)
    let set = Atomic<Int64>(0)

    static func monotonic() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }

    var clocks: PollerClocks {
        PollerClocks(
            boot: { TestClock.monotonic() + self.slept.load(ordering: .relaxed) },
            wall: { TestClock.monotonic() + self.slept.load(ordering: .relaxed) + self.set.load(ordering: .relaxed) },
            monotonic: { TestClock.monotonic() })
    }
}

extension PollerCore {
    func park(
        _ connection: Connection, _ wakes: Wakes, _ name: Int = 0, after: Int64 = 600_000, line: Bool = true
    ) throws -> ParkTicket {
        try park(Parked(connection, after, line, wakes.note(name)))
    }
}

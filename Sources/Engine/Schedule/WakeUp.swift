import CSystem
import Glibc

/// Wakes a thread out of poll(2).
final class WakeUp: Sendable {
    /// Readable once rung; -1 where the process has no descriptor left: then whoever waits looks again by himself.
    let descriptor: Int32

    init() { descriptor = csystem_eventfd() }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func ring() {
        var one: UInt64 = 1
        if descriptor >= 0 { _ = write(descriptor, &one, 8) }
    }

    func drain() {
        var count: UInt64 = 0
        if descriptor >= 0 { _ = read(descriptor, &count, 8) }
    }
}

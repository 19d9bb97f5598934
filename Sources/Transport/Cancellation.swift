import Base
import CMailroom
import CSystem
import Glibc
import Synchronization

/// A wish to stop, given once: a flag that work looks at and a descriptor that wakes it out of poll(2).
///
/// Shared by the one who cancels (any thread) and the worker that waits; the descriptor is closed with the last
/// reference.
package final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)
    /// An eventfd, readable once cancelled. -1 where the process has no descriptor left: then only the flag works.
    package let descriptor: Int32

    package init() {
        descriptor = csystem_eventfd()
    }

    deinit {
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    package var isCancelled: Bool { flag.load(ordering: .acquiring) }

    /// Sets the flag and wakes every wait that watches the descriptor. Calling it again does nothing.
    package func cancel() {
        guard !flag.exchange(true, ordering: .acquiringAndReleasing), descriptor >= 0 else { return }
        var one: UInt64 = 1
        _ = Glibc.write(descriptor, &one, 8)
    }

    /// - Throws: `MR_E_CANCELLED` once cancelled.
    package func check() throws(Failure) {
        guard !isCancelled else { throw Failure(MR_E_CANCELLED, "cancelled") }
    }
}

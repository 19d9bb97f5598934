import Glibc
import Synchronization

/// Something that belongs to one process, made at first need: after a fork(2) the child makes its own, and leaves its parent's
/// alone, because a lock that was held at the fork stays locked in the child for ever, and its threads do not exist there.
///
/// It goes by the process's id and not by `Fork.generation`, which counts only where somebody watches: plugins have a copy of
/// this room, too, and nobody who does.
package final class PerProcess<State: Sendable>: Sendable {
    private final class Slot: Sendable {
        let process: pid_t
        let state: State

        init(process: pid_t, state: State) {
            self.process = process
            self.state = state
        }
    }

    /// The address of the present Slot, which keeps one reference for good; 0 where there is none.
    private let slot = Atomic<UInt>(0)
    private let make: @Sendable () -> State

    package init(_ make: @escaping @Sendable () -> State) { self.make = make }

    package var current: State {
        let process = getpid()
        while true {
            let held = slot.load(ordering: .acquiring)
            if let address = UnsafeRawPointer(bitPattern: held) {
                let found = Unmanaged<Slot>.fromOpaque(address).takeUnretainedValue()
                if found.process == process { return found.state }
            }
            let made = Unmanaged.passRetained(Slot(process: process, state: make()))
            let (exchanged, _) = slot.compareExchange(
                expected: held, desired: UInt(bitPattern: made.toOpaque()), ordering: .acquiringAndReleasing)
            if exchanged { return made.takeUnretainedValue().state }
            made.release()
        }
    }
}

import CSystem
import Synchronization

/// What a fork does to the library (docs/store.md): the child counts up a generation and touches nothing of
/// what its parent had open. Whoever holds something for the process compares generations.
package enum Fork {
    private static let count = Atomic<Int>(0)
    private static let beforeFork = Atomic<UInt>(0)

    /// Grows by one in the child of every fork since `watch`.
    package static var generation: Int { count.load(ordering: .acquiring) }

    #if MAILROOM_TEST
        /// Whether the runtime's own locks know this thread by the id that it has (csystem.c).
        package static var threadIsKnown: Bool { csystem_thread_is_known_rightly() != 0 }
    #endif

    private final class Handlers: Sendable {
        let prepare: @Sendable () -> Void
        let parent: @Sendable () -> Void
        let child: @Sendable () -> Void

        init(
            prepare: @escaping @Sendable () -> Void, parent: @escaping @Sendable () -> Void,
            child: @escaping @Sendable () -> Void
        ) {
            self.prepare = prepare
            self.parent = parent
            self.child = child
        }
    }

    private static var handlers: Handlers? {
        UnsafeRawPointer(bitPattern: beforeFork.load(ordering: .acquiring)).map {
            Unmanaged<Handlers>.fromOpaque($0).takeUnretainedValue()
        }
    }

    /// Has `prepare` run in the forking thread before each fork from now on, then `parent` in the parent, and `child`
    /// in the child, after the generation was counted up. The first call of the process counts, later ones do nothing.
    package static func watch(
        prepare: @escaping @Sendable () -> Void, parent: @escaping @Sendable () -> Void,
        child: @escaping @Sendable () -> Void
    ) {
        guard beforeFork.load(ordering: .acquiring) == 0 else { return }
        let made = Unmanaged.passRetained(Handlers(prepare: prepare, parent: parent, child: child))
        let (exchanged, _) = beforeFork.compareExchange(
            expected: 0, desired: UInt(bitPattern: made.toOpaque()), ordering: .acquiringAndReleasing)
        guard exchanged else {
            made.release()
            return
        }
        _ = csystem_atfork(
            { Fork.handlers?.prepare() }, { Fork.handlers?.parent() },
            {
                Fork.count.add(1, ordering: .acquiringAndReleasing)
                Fork.handlers?.child()
            })
    }
}

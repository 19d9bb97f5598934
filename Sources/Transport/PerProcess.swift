import Glibc
import Synchronization

/// One object a process, made at first need. A child made by fork(2) gets its own: the parent's locks may be held
/// for ever there, and its threads do not exist. The parent's object is left alone in the child, never freed.
package final class PerProcess<Object: AnyObject & Sendable>: Sendable {
    private final class Box: Sendable {
        let process: pid_t
        let object: Object
        init(process: pid_t, object: Object) {
            self.process = process
            self.object = object
        }
    }

    /// The address of the present Box, which keeps one reference for good; 0 where there is none.
    private let current = Atomic<UInt>(0)
    private let make: @Sendable () -> Object

    package init(_ make: @escaping @Sendable () -> Object) {
        self.make = make
    }

    package var object: Object {
        let process = getpid()
        while true {
            let address = current.load(ordering: .acquiring)
            if let pointer = UnsafeRawPointer(bitPattern: address) {
                let box = Unmanaged<Box>.fromOpaque(pointer).takeUnretainedValue()
                if box.process == process { return box.object }
            }
            let fresh = Unmanaged.passRetained(Box(process: process, object: make()))
            let exchanged = current.compareExchange(
                expected: address, desired: UInt(bitPattern: fresh.toOpaque()), ordering: .acquiringAndReleasing)
            if exchanged.exchanged { return fresh.takeUnretainedValue().object }
            fresh.release()
        }
    }
}

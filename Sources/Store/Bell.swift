import Base
import Glibc
import Synchronization

/// A FIFO that becomes readable when any process has committed a change.
package final class Bell: Sendable {
    /// To be polled for reading; read by `drain` alone.
    package let fd: Int32
    private let file: String
    private let generation: Int
    private let closed = Atomic<Bool>(false)

    init(fd: Int32, file: String, generation: Int) {
        self.fd = fd
        self.file = file
        self.generation = generation
    }

    deinit { close() }

    /// Takes what was rung: the next ring makes `fd` readable again. To be called before the changes are read.
    package func drain() {
        var buffer = [UInt8](repeating: 0, count: 512)
        while !closed.load(ordering: .acquiring), read(fd, &buffer, buffer.count) > 0 {}
    }

    package func close() {
        guard !closed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        if generation == Fork.generation { unlink(file) }
        Glibc.close(fd)
    }
}

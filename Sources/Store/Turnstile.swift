import Base
import CSystem
import Glibc

/// Lets processes begin their writing in turn. SQLite's write lock goes to whoever asks at the right moment, so that a
/// process that writes without a pause can keep others out; here everyone who waits for that lock holds a lock on a small
/// file meanwhile (fcntl(2)), and whoever wants it next waits behind him.
///
/// A courtesy, not a guard: where the file cannot be made or locked within a second, `body` runs all the same. Used under the
/// store's gate: one thread of the process at a time.
final class Turnstile: @unchecked Sendable {
    private static let patienceMs: Int64 = 1_000
    private let path: String
    private let mode: mode_t
    private var descriptor: Int32 = -1

    init(path: String, mode: mode_t) {
        self.path = path
        self.mode = mode
    }

    func pass<T>(_ body: () throws(Failure) -> T) throws(Failure) -> T {
        if descriptor < 0 {
            descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode)
            if descriptor >= 0 { fchmod(descriptor, mode) }
        }
        let taken = take()
        defer { if taken { set(F_UNLCK) } }
        return try body()
    }

    private func take() -> Bool {
        guard descriptor >= 0 else { return false }
        let until = Clock.boot() &+ Turnstile.patienceMs
        while !set(F_WRLCK) {
            guard Clock.boot() < until else { return false }
            usleep(500)
        }
        return true
    }

    @discardableResult
    private func set(_ kind: Int32) -> Bool {
        var lock = flock(l_type: Int16(kind), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
        return fcntl(descriptor, F_SETLK, &lock) == 0
    }

    func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }
}

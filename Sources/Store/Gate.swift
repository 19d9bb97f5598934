import Base
import CMailroom
import CSystem
import Glibc

/// Who may use SQLite in this process: one writer at a time, a few readers, and nobody while the process forks.
///
/// A plain mutex and condition of the C library, because the handlers around a fork have to lock and unlock them.
final class Gate: @unchecked Sendable {
    private static let idleReaders = 4

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var writing = false
    private var reading = 0
    private var watching = false
    private var frozen = false
    private var writer: Connection?
    private var watcher: Connection?
    private var idle: [Connection] = []
    private let path: String

    init(path: String) {
        self.path = path
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        mutex.deallocate()
        condition.deallocate()
    }

    private func locked<T>(_ body: () -> T) -> T {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    private func wait(until ready: () -> Bool) {
        while !ready() { pthread_cond_wait(condition, mutex) }
    }

    /// Runs `body` with the one writing connection of the process.
    // One copy for all: a copy made for each of its hundreds of callers would be a tenth of the library.
    @_semantics("optimize.sil.specialize.generic.never")
    func write<T>(_ body: (Connection) throws(Failure) -> T) throws(Failure) -> T {
        let kept = locked {
            wait { !frozen && !writing }
            writing = true
            return writer
        }
        defer {
            locked {
                writing = false
                pthread_cond_broadcast(condition)
            }
        }
        if let kept { return try body(kept) }
        let made = try Connection(path: path, role: .writer)
        locked { writer = made }
        return try body(made)
    }

    /// Runs `body` with a reading connection of the pool, within one snapshot.
    @_semantics("optimize.sil.specialize.generic.never")
    func read<T>(_ body: (Connection) throws(Failure) -> T) throws(Failure) -> T {
        let kept = locked {
            wait { !frozen }
            reading += 1
            return idle.popLast()
        }
        var used = kept
        defer {
            locked {
                reading -= 1
                if let used, idle.count < Gate.idleReaders { idle.append(used) }
                used = nil
                pthread_cond_broadcast(condition)
            }
        }
        let connection: Connection
        if let kept { connection = kept } else { connection = try Connection(path: path, role: .reader) }
        used = connection
        return try connection.snapshot(body)
    }

    /// Runs `body` with the connection that looks at `data_version`: that number means something on one connection
    /// alone.
    func watch<T>(_ body: (Connection) throws(Failure) -> T) throws(Failure) -> T {
        let kept = locked {
            wait { !frozen && !watching }
            watching = true
            return watcher
        }
        defer {
            locked {
                watching = false
                pthread_cond_broadcast(condition)
            }
        }
        if let kept { return try body(kept) }
        let made = try Connection(path: path, role: .reader)
        locked { watcher = made }
        return try body(made)
    }

    /// Closes every connection as soon as nobody is at work. The next use opens anew.
    func closeAll() {
        locked {
            wait { !frozen && !writing && !watching && reading == 0 }
            dropConnections()
        }
    }

    private func dropConnections() {
        for connection in idle { connection.close() }
        idle = []
        watcher?.close()
        watcher = nil
        writer?.close()
        writer = nil
    }

    // MARK: around a fork

    /// Before: waits for work in flight, closes every connection, and keeps the lock.
    func freeze() {
        pthread_mutex_lock(mutex)
        wait { !frozen && !writing && !watching && reading == 0 }
        frozen = true
        dropConnections()
    }

    /// After, in the parent and in the child. In the child nobody uses the gate again; but it is not left locked.
    func thaw() {
        frozen = false
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }
}

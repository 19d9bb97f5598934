import Base
import CMailroom
import CSystem
import Glibc

/// Who may use SQLite in this process: one writer at a time, a few readers, and nobody while the process forks.
///
/// A plain mutex and conditions of the C library, because the handlers around a fork have to lock and unlock them.
final class Gate: @unchecked Sendable {
    private static let idleReaders = 4

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 3)
    /// For those who may go on in an open transaction, and for those whose transaction others are about to end.
    private var joined: UnsafeMutablePointer<pthread_cond_t> { condition + 1 }
    private var ended: UnsafeMutablePointer<pthread_cond_t> { condition + 2 }
    private var joining = 0
    /// Those who want the connection for themselves; and whether it is their turn: after a transaction that others share. So
    /// neither keeps the other out, however many come.
    private var aside = 0
    private var isTurnAside = false
    /// So long verbs may follow each other in one transaction, in milliseconds. Set by tests alone.
    var longestMs: Int64 = 10
    /// How many wait to go on in a transaction, for tests.
    var waiting: Int { locked { joining } }
    /// A transaction that the next of them goes on with.
    private var open: WriteGroup?
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
        for index in 0..<3 { pthread_cond_init(condition + index, nil) }
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

    // MARK: writing

    /// Waits for the one writing connection of the process. Whoever enters ends or passes on the group.
    /// - Parameter joining: whether the caller may be part of a transaction that others have begun.
    func enter(joining joins: Bool) throws(Failure) -> WriteGroup {
        let (group, kept) = locked { () -> (WriteGroup?, Connection?) in
            if joins {
                joining += 1
                while frozen || writing || open == nil && isTurnAside && aside > 0 { pthread_cond_wait(joined, mutex) }
                joining -= 1
            } else {
                aside += 1
                wait { !frozen && !writing && open == nil && (isTurnAside || joining == 0) }
                aside -= 1
                isTurnAside = false
            }
            writing = true
            defer { open = nil }
            return (open, writer)
        }
        if let group { return group }
        let until = Clock.boot() + longestMs
        if let kept { return WriteGroup(kept, isShared: joins, until: until) }
        do throws(Failure) {
            let made = try Connection(path: path, role: .writer)
            locked { writer = made }
            return WriteGroup(made, isShared: joins, until: until)
        } catch {
            locked { release() }
            throw error
        }
    }

    /// Lets others go on with the transaction, where any wait, and waits until they have ended it.
    /// - Returns: false where the caller has to end it.
    /// - Throws: why none of it was stored.
    func pass(_ group: WriteGroup) throws(Failure) -> Bool {
        let passed = locked {
            guard joining > 0, group.isOpen else { return false }
            open = group
            writing = false
            pthread_cond_signal(joined)
            while !group.isOver { pthread_cond_wait(ended, mutex) }
            return true
        }
        if let failure = group.failure { throw failure }
        return passed
    }

    /// The transaction is over for all who are in it.
    /// - Parameter failure: why none of it was stored.
    func end(_ group: WriteGroup, _ failure: Failure? = nil) {
        locked {
            group.failure = failure
            group.isOver = true
            if group.isShared { isTurnAside = true }
            pthread_cond_broadcast(ended)
            release()
        }
    }

    private func release() {
        writing = false
        pthread_cond_signal(joined)
        pthread_cond_broadcast(condition)
    }

    /// Runs `body` with the one writing connection of the process, outside of transactions.
    func write(_ body: (Connection) throws(Failure) -> Void) throws(Failure) {
        let group = try enter(joining: false)
        defer { end(group) }
        try body(group.db)
    }

    // MARK: reading

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
            wait { !frozen && !writing && open == nil && !watching && reading == 0 }
            dropConnections()
        }
    }

    /// Whether the file is open, so that its inode cannot be another file's.
    var hasConnections: Bool {
        locked { writer != nil || watcher != nil || !idle.isEmpty || reading > 0 }
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
        wait { !frozen && !writing && open == nil && !watching && reading == 0 }
        frozen = true
        dropConnections()
    }

    /// After, in the parent and in the child. In the child nobody uses the gate again; but it is not left locked. Nobody is
    /// woken there: to wake a thread that is not there any more may take for ever (pthread_cond_broadcast waits for those
    /// who were woken before).
    func thaw(inChild: Bool = false) {
        frozen = false
        if !inChild {
            pthread_cond_broadcast(condition)
            pthread_cond_broadcast(joined)
        }
        pthread_mutex_unlock(mutex)
    }
}

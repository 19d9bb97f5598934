import CSystem
import Glibc

/// State behind a lock: a pthread mutex. Where somebody waits for a change of the state, it is the subclass `Monitor`.
///
/// `Synchronization.Mutex` will not do in a library that lives through forks: it remembers its thread's id, and in the main
/// thread of a child that is the id of the parent's. Such a thread takes the lock as another, and where a second thread
/// waits, the kernel refuses both: they spin for ever, or trap. glibc keeps its own ids right.
package class Lock<State>: @unchecked Sendable {
    final let mutex: UnsafeMutablePointer<pthread_mutex_t>
    final var state: State

    package init(_ state: State) {
        self.state = state
        mutex = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Not to be taken again within `body`, by the same thread: that waits for ever.
    package final func withLock<Result, Problem: Error>(
        _ body: (inout State) throws(Problem) -> Result
    ) throws(Problem) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state)
    }
}

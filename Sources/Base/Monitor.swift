import CSystem
import Glibc

/// State behind a lock, with a condition to wait on (monotonic clock).
package final class Monitor<State>: Lock<State>, @unchecked Sendable {
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    package override init(_ state: State) {
        condition = .allocate(capacity: 1)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
        super.init(state)
    }

    deinit {
        pthread_cond_destroy(condition)
        condition.deallocate()
    }

    /// Changes the state and wakes everyone who waits.
    package func signal(_ body: (inout State) -> Void) {
        pthread_mutex_lock(mutex)
        body(&state)
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Changes the state and wakes one of those who wait: where any of them can do what there is to do.
    package func signalOne(_ body: (inout State) -> Void) {
        pthread_mutex_lock(mutex)
        body(&state)
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Waits until `ready` gives a value, at most so many milliseconds (nil: for ever); nil when time ran out.
    package func wait<Result>(milliseconds: Int64?, until ready: (inout State) -> Result?) -> Result? {
        var deadline = timespec()
        clock_gettime(CLOCK_MONOTONIC, &deadline)
        if let milliseconds {
            let bounded = min(max(milliseconds, 0), 1_000_000_000_000)
            let nanoseconds = Int64(deadline.tv_nsec) + bounded % 1000 * 1_000_000
            deadline.tv_sec += Int(bounded / 1000 + nanoseconds / 1_000_000_000)
            deadline.tv_nsec = Int(nanoseconds % 1_000_000_000)
        }
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = ready(&state) { return result }
            if milliseconds == nil {
                pthread_cond_wait(condition, mutex)
            } else if pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT {
                return ready(&state)
            }
        }
    }
}

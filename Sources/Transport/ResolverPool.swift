import CSystem
import Glibc

/// At most four threads that do nothing but getaddrinfo(3), made at need and gone after half a minute without work.
/// Their signals are blocked, so that a host's handlers never run on them.
final class ResolverPool: @unchecked Sendable {
    private static let maximumThreads = 4
    private static let idleSeconds = 30
    private static let stackSize = 512 * 1024

    // Guarded by `mutex`.
    private var queue: [Lookup] = []
    private var threads = 0
    private var idle = 0

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// - Returns: false where no thread can be made and none runs.
    func submit(_ lookup: Lookup) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        queue.append(lookup)
        if idle < queue.count, threads < ResolverPool.maximumThreads, startThread() { threads += 1 }
        guard threads > 0 else {
            queue.removeLast()
            return false
        }
        pthread_cond_signal(condition)
        return true
    }

    private func startThread() -> Bool {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, ResolverPool.stackSize)
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var thread = pthread_t()
        let own = Unmanaged.passRetained(self)
        let code = pthread_create(
            &thread, &attributes,
            { argument in
                if let argument { Unmanaged<ResolverPool>.fromOpaque(argument).takeRetainedValue().work() }
                return nil
            }, own.toOpaque())
        if code != 0 { own.release() }
        return code == 0
    }

    private func work() {
        csystem_name_thread("mr-resolve")
        while let lookup = next() {
            lookup.run()
            lookup.finished.cancel()
        }
    }

    /// The next name; nil when this thread has been idle long enough, and then it is counted out already.
    private func next() -> Lookup? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        var until = timespec()
        clock_gettime(CLOCK_MONOTONIC, &until)
        until.tv_sec += ResolverPool.idleSeconds
        idle += 1
        while queue.isEmpty {
            if pthread_cond_timedwait(condition, mutex, &until) == ETIMEDOUT, queue.isEmpty {
                idle -= 1
                threads -= 1
                return nil
            }
        }
        idle -= 1
        return queue.removeFirst()
    }
}

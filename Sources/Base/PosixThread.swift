import CMailroom
import CSystem
import Glibc

/// A thread of the library: every signal blocked, so that the host's handlers run on the host's own threads.
package struct PosixThread: @unchecked Sendable {
    private let handle: pthread_t

    private final class Work {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts a joinable thread. `name`: at most 15 bytes, for debuggers.
    package static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(Failure) -> PosixThread {
        var every = sigset_t()
        var before = sigset_t()
        sigfillset(&every)
        pthread_sigmask(SIG_BLOCK, &every, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        let work = Unmanaged.passRetained(Work(name: name, body: body))
        var handle = pthread_t()
        let status = pthread_create(
            &handle, nil,
            { argument in
                let work = Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue()
                pthread_setname_np(pthread_self(), work.name)
                work.body()
                return nil
            }, work.toOpaque())
        guard status == 0 else {
            work.release()
            throw Failure(MR_E_INTERNAL, "no thread could be made: \(String(cString: strerror(status)))")
        }
        return PosixThread(handle: handle)
    }

    package func join() { pthread_join(handle, nil) }
    package func detach() { pthread_detach(handle) }
    package var isCurrent: Bool { pthread_equal(handle, pthread_self()) != 0 }
}

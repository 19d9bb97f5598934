import Base
import Glibc
import Testing

@Suite struct LockTests {
    private final class Counted: Sendable {
        let lock = Lock(0)
    }

    /// Several threads, of which always some wait: every one gets its turns.
    private static func contend(_ counted: Counted) throws -> Int {
        let work: @Sendable () -> Void = {
            for turn in 0..<2_000 {
                counted.lock.withLock { count in
                    count += 1
                    if turn % 100 == 0 { usleep(100) }
                }
            }
        }
        let threads = try (0..<3).map { _ in try PosixThread.start("contender", work) }
        work()
        for thread in threads { thread.join() }
        return counted.lock.withLock { $0 }
    }

    /// In the child of a fork the thread has another id than in its parent, where it took locks, too.
    @Test func itLivesThroughAFork() throws {
        // Here first: so the thread has taken locks, and the child finds all of the runtime's tables made.
        #expect(try LockTests.contend(Counted()) == 8_000)
        let counted = Counted()
        #expect(try LockTests.holdsInAChild { (try? LockTests.contend(counted)) == 8_000 })
    }

    /// A child that finds a lock of its parent's held makes one of its own, whoever watches forks.
    @Test func whatIsAProcessesOwnIsNotItsChilds() throws {
        let counts = PerProcess { Counted() }
        counts.current.lock.withLock { $0 = 5 }
        let held = try counts.current.lock.withLock { _ in
            try LockTests.holdsInAChild { counts.current.lock.withLock { $0 } == 0 }
        }
        #expect(held)
        #expect(counts.current.lock.withLock { $0 } == 5)
    }

    /// Whether it holds in the child of a fork; false, too, where that does not end.
    private static func holdsInAChild(_ check: () -> Bool) throws -> Bool {
        let raw = try #require(dlsym(UnsafeMutableRawPointer(bitPattern: 0), "fork"))
        let fork = unsafeBitCast(raw, to: (@convention(c) () -> pid_t).self)
        let child = fork()
        if child == 0 { _exit(check() ? 42 : 1) }
        var status: Int32 = 0
        var ended: pid_t = 0
        for _ in 0..<1_500 where ended == 0 {
            ended = waitpid(child, &status, WNOHANG)
            if ended == 0 { usleep(20_000) }
        }
        if ended == 0 {
            kill(child, SIGKILL)
            waitpid(child, &status, 0)
        }
        return (status >> 8) & 0xFF == 42
    }
}

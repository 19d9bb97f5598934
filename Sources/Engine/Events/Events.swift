import Base
import CMailroom
import Glibc
import Store

/// A doorbell: readable when something has changed in the store, in this process or another. One thread at a time.
package final class Events {
    private let engine: Engine
    private let bell: Bell
    private var lastChange: Int64

    init(_ engine: Engine) throws(Failure) {
        self.engine = engine
        bell = try engine.core.store.openBell()
        lastChange = try engine.core.store.latestChange()
    }

    /// For poll(2) alone: never to be read.
    package var fd: Int32 { bell.fd }

    /// Waits until the change feed has grown since the last answer, at most so many milliseconds (below 0: for ever).
    /// - Returns: the latest number, or nil when time ran out.
    package func wait(timeoutMs: Int32) throws(Failure) -> Int64? {
        let until = timeoutMs < 0 ? Int64.max : Clock.boot() + Int64(timeoutMs)
        while true {
            try engine.checkOpen()
            bell.drain()
            // Rung or not, the feed is looked at: a bell can be lost, a row cannot.
            let latest = try engine.core.store.latestChange()
            if latest != lastChange {
                lastChange = latest
                return latest
            }
            let left = until - Clock.boot()
            guard left > 0 else { return nil }
            var descriptor = pollfd(fd: bell.fd, events: Int16(POLLIN), revents: 0)
            _ = poll(&descriptor, 1, Int32(min(left, 1000)))
        }
    }

    package func close() {
        guard (try? engine.checkFork()) != nil else { return }
        bell.close()
    }
}

extension Engine {
    package func events() throws(Failure) -> Events {
        try checkOpen()
        return try Events(self)
    }
}

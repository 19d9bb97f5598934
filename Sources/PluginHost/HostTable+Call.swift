import Base
import CMailroom
import CSystem
import Glibc
import Transport

/// The call itself: memory, checks, failures, the log, the clocks.
extension HostTable {
    static func addCall(_ host: inout mr_host) {
        host.alloc = { HostTable.alloc($0, $1) }
        host.check = {
            HostTable.working($0) { invocation throws(Failure) in
                try invocation.check(); return 0
            }
        }
        host.fail = { HostTable.fail($0, $1, $2) }
        host.log = { HostTable.log($0, $1, $2) }
        host.progress = { HostTable.progress($0, $1, $2) }
        host.now_ms = { $0 == 0 ? Clock.boot() : Clock.wall() }
        host.sleep = { HostTable.sleep($0, $1) }
        host.random = { HostTable.random($0, $1) }
    }

    private static func alloc(_ context: OpaquePointer?, _ size: Int) -> UnsafeMutableRawPointer? {
        guard let context, let invocation = Invocation.current, invocation.context == context else { return nil }
        return invocation.arena.allocate(size)?.baseAddress
    }

    private static func fail(_ context: OpaquePointer?, _ code: Int32, _ facts: OpaquePointer?) -> Int32 {
        with(context) { invocation throws(Failure) in
            guard code < 0 else { throw .invalid("result", "\(code) is no failure") }
            invocation.told = (code, try invocation.record(facts, "fields"))
            return code
        }
    }

    private static func log(_ context: OpaquePointer?, _ level: Int32, _ text: UnsafePointer<CChar>?) {
        guard let context, let invocation = Invocation.current, invocation.context == context, let text else { return }
        let count = strnlen(text, 2000)
        let line = HostText.repaired(UnsafeRawBufferPointer(start: text, count: count))
        invocation.delegate.log(
            level: min(max(level, 3), 7), invocation.streams.cut.clean(HostText.line(line, limit: 2000)))
    }

    private static func progress(_ context: OpaquePointer?, _ done: Int64, _ total: Int64) {
        guard let context, let invocation = Invocation.current, invocation.context == context else { return }
        invocation.delegate.progress(done: max(0, done), total: max(0, total))
    }

    private static func sleep(_ context: OpaquePointer?, _ milliseconds: Int64) -> Int32 {
        working(context) { invocation throws(Failure) in
            try invocation.check()
            try invocation.patience.sleep(max(0, milliseconds))
            try invocation.check()
            return 0
        }
    }

    private static func random(_ target: UnsafeMutableRawPointer?, _ size: Int) {
        guard let target, size > 0 else { return }
        var done = 0
        while done < size {
            let count = getrandom(target + done, min(size - done, 1 << 20), 0)
            if count > 0 { done += count }
        }
    }
}

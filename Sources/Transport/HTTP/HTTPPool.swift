import Base

/// Connections that nobody uses at present, by whom they are good for. A process has one pool; a child made by fork(2)
/// begins with an empty one.
final class HTTPPool: Sendable {
    /// Whose a connection is: site, way, trust and account.
    struct Key: Hashable {
        let origin: String
        let proxy: String
        let caFile: String
        let account: Int64
    }

    /// Servers close an idle connection after a minute or two; one that was closed costs a try.
    static let idleMs: Int64 = 55_000
    private static let perKey = 4
    private static let total = 256

    private static let process = PerProcess { HTTPPool() }
    static var shared: HTTPPool { process.current }

    private let idle = Lock<[Key: [HTTPLine]]>([:])

    /// An idle line, the latest first; nil where there is none.
    func take(_ key: Key) -> HTTPLine? {
        let now = Clock.boot()
        var old: [HTTPLine] = []
        defer { old = [] }
        return idle.withLock { idle in
            HTTPPool.sweep(&idle, now, &old)
            guard var lines = idle[key], let line = lines.popLast() else { return nil }
            idle[key] = lines.isEmpty ? nil : lines
            return line
        }
    }

    func give(_ line: HTTPLine, _ key: Key) {
        line.idleSince = Clock.boot()
        var old: [HTTPLine] = []
        idle.withLock { idle in
            HTTPPool.sweep(&idle, line.idleSince, &old)
            guard idle.values.reduce(0, { $0 + $1.count }) < HTTPPool.total else { return old.append(line) }
            idle[key, default: []].append(line)
            if idle[key, default: []].count > HTTPPool.perKey { old.append(idle[key]!.removeFirst()) }
        }
        // Connections say goodbye outside the lock.
        old = []
    }

    /// How many connections are idle.
    var count: Int { idle.withLock { idle in idle.values.reduce(0) { $0 + $1.count } } }

    private static func sweep(_ idle: inout [Key: [HTTPLine]], _ now: Int64, _ old: inout [HTTPLine]) {
        for (key, lines) in idle {
            let fresh = lines.filter { now - $0.idleSince < idleMs }
            guard fresh.count < lines.count else { continue }
            old += lines.filter { now - $0.idleSince >= idleMs }
            idle[key] = fresh.isEmpty ? nil : fresh
        }
    }
}

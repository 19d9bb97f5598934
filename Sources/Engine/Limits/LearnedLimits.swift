import Base
import Store

/// What a server has taught: it took fewer connections of an account than its manifest promises. Remembered in the store
/// for a day, then one more is tried again.
final class LearnedLimits: Sendable {
    private struct Learned {
        let connections: Int
        let until: Int64
    }

    static let keepMs: Int64 = 24 * 3_600_000
    private let known = Lock<[Connections.Key: Learned?]>([:])

    /// The connections that the account may have with the server.
    func limit(_ key: Connections.Key, of server: MailServer, _ store: Store) -> Int {
        let there: Learned?? = known.withLock { $0[key] }
        let learned: Learned?
        if let there {
            learned = there
        } else {
            learned = LearnedLimits.read(try? store.stateGet(account: key.account, key: LearnedLimits.name(key)))
            known.withLock { $0[key] = .some(learned) }
        }
        guard let learned, learned.until > Clock.wall() else { return server.connections }
        return min(server.connections, learned.connections)
    }

    /// Notes that a connection was refused while so many others of the account were open here.
    /// - Returns: the limit from now on; nil where the refusal teaches none: others have the connections.
    func refused(_ key: Connections.Key, open: Int, of server: MailServer, _ store: Store) -> Int? {
        guard open > 0, open < limit(key, of: server, store) else { return nil }
        let learned = Learned(connections: open, until: Clock.wall() + LearnedLimits.keepMs)
        known.withLock { $0[key] = .some(learned) }
        let text = "\(learned.connections) \(learned.until)"
        try? store.statePut(account: key.account, key: LearnedLimits.name(key), Array(text.utf8))
        return open
    }

    func forget(account: Int64) {
        known.withLock { known in known = known.filter { $0.key.account != account } }
    }

    private static func name(_ key: Connections.Key) -> String {
        "engine.connections.\(key.scheme).\(key.host.prefix(200))"
    }

    private static func read(_ value: [UInt8]??) -> Learned? {
        guard let bytes = value ?? nil else { return nil }
        let numbers = String(decoding: bytes, as: UTF8.self).split(separator: " ").compactMap { Int64($0) }
        guard numbers.count == 2, numbers[0] > 0 else { return nil }
        return Learned(connections: Int(clamping: numbers[0]), until: numbers[1])
    }
}

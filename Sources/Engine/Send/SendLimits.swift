import Base
import PluginHost
import Store

/// What one message of an account may have: of these the sender is told before it is queued.
struct SendLimits: Sendable, Equatable {
    struct Limit: Sendable, Equatable {
        enum Source: String, Sendable {
            /// Set by `mr_put("pacing")`.
            case set
            /// The server's own SIZE (RFC 1870), as of the last session.
            case server
            /// Known of the provider.
            case provider
        }
        let value: Int64
        let source: Source
    }

    /// Recipients of one message.
    var recipients: Limit?
    /// Bytes of one message as it goes out.
    var size: Limit?
}

extension Core {
    /// What is set goes first, then what the server says of itself, then what is known of the provider.
    func sendLimits(_ account: AccountRow) throws(Failure) -> SendLimits {
        let scheme = try sendingScheme(account)
        let host = MailServer(account, scheme, try registry.manifest(scheme)).host
        let provider = KnownProvider.of(host: host)
        let set = try store.messageLimits(of: account.id)
        var limits = SendLimits()
        limits.recipients = SendLimits.first(set.recipients, nil, provider?.recipientsMessage)
        limits.size = SendLimits.first(
            set.size, try ServerSize.learned(store, account.id, scheme, host), provider?.maxSize)
        return limits
    }
}

extension SendLimits {
    /// 0 is set where there is to be no limit at all.
    fileprivate static func first(_ set: Int64?, _ server: Int64?, _ provider: Int64?) -> Limit? {
        if let set { return set > 0 ? Limit(value: set, source: .set) : nil }
        if let server { return Limit(value: server, source: .server) }
        return provider.map { Limit(value: $0, source: .provider) }
    }
}

extension AccountCall {
    /// What a server says of itself at the login.
    func learnServer(_ fields: Record) throws(Failure) {
        let scheme = try core.sendingScheme(account)
        try ServerSize.learn(core.store, account.id, scheme, try core.server(account, scheme).host, fields.int("size"))
    }
}

/// The SIZE that a server named (RFC 1870), kept for the check before sending.
enum ServerSize {
    /// - Returns: nil where the server named none, or was never asked.
    static func learned(
        _ store: Store, _ account: Int64, _ scheme: String, _ host: String
    ) throws(Failure) -> Int64? {
        let bytes = try store.stateGet(account: account, key: key(scheme, host))
        return bytes.flatMap { Int64(String(decoding: $0, as: UTF8.self)) }.flatMap { $0 > 0 ? $0 : nil }
    }

    /// Writes only what is new: it is said at every login.
    /// - Parameter size: nil, or 0: the server names no limit.
    static func learn(
        _ store: Store, _ account: Int64, _ scheme: String, _ host: String, _ size: Int64?
    ) throws(Failure) {
        let size = size.flatMap { $0 > 0 ? $0 : nil }
        guard try learned(store, account, scheme, host) != size else { return }
        try store.statePut(account: account, key: key(scheme, host), Array((size.map(String.init) ?? "").utf8))
    }

    private static func key(_ scheme: String, _ host: String) -> String { "engine.size.\(scheme).\(host.prefix(200))" }
}

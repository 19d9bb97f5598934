import Base
import CSystem
import Glibc

/// One name to resolve: filled in by a thread of the pool, waited for by the caller, who may have left meanwhile.
final class Lookup: Sendable {
    private let host: String
    private let port: UInt16
    private let numeric: Bool
    private let result = Lock<(code: Int32, addresses: [SocketAddress])>((0, []))
    /// Raised when the outcome is there. (A cancellation is a flag with a descriptor; so is an end.)
    let finished: Cancellation

    init(_ peer: Peer, numeric: Bool) {
        host = peer.host
        port = peer.port
        self.numeric = numeric
        finished = numeric ? Lookup.none : Cancellation()
    }

    /// A lookup that nobody waits for needs no descriptor.
    private static let none = Cancellation()

    var outcome: (code: Int32, addresses: [SocketAddress]) { result.withLock { $0 } }

    /// Resolves here and now.
    /// - Returns: the addresses; nil where there are none, and then `outcome` says why.
    @discardableResult
    func run() -> [SocketAddress]? {
        var hints = csystem_stream_hints()
        if numeric { hints.ai_flags |= AI_NUMERICHOST }
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        var addresses: [SocketAddress] = []
        var next = list
        while let info = next, addresses.count < 32 {
            if let address = SocketAddress(info.pointee) { addresses.append(address) }
            next = info.pointee.ai_next
        }
        if code == 0 { freeaddrinfo(list) }
        let kept = SocketAddress.interleaved(addresses)
        result.withLock { $0 = (code, kept) }
        return kept.isEmpty ? nil : kept
    }
}

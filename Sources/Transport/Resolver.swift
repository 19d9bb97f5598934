import Base
import CMailroom
import CSystem
import Glibc

/// Names to addresses, by getaddrinfo(3) on a few threads of its own: a resolver that hangs keeps one of them
/// busy, never the caller past its deadline.
package enum Resolver {
    private static let pool = PerProcess { ResolverPool() }

    /// The addresses of a peer, at least one. An address written in numbers takes no thread.
    /// - Throws: `MR_E_CONNECTION` with step `dial`: `connection.name_unknown`, `connection.unreachable` where the
    ///   name service does not work, `connection.timed_out`; `MR_E_CANCELLED`.
    package static func addresses(of peer: Peer, until: Int64, _ patience: Patience) throws(Failure) -> [SocketAddress]
    {
        if let numeric = Lookup(peer, numeric: true).run() { return numeric }
        let lookup = Lookup(peer, numeric: false)
        guard pool.current.submit(lookup) else {
            throw peer.connection("unreachable", "no thread for name resolution", step: "dial")
        }
        var watched = [pollfd(fd: lookup.finished.descriptor, events: Int16(POLLIN), revents: 0)]
        while !lookup.finished.isCancelled {
            // Without a descriptor to watch the end is only seen by looking.
            let blind = lookup.finished.descriptor < 0
            let slice = blind ? min(until, Clock.boot() + 20) : until
            guard try patience.wait(&watched, until: slice) || blind && Clock.boot() < until else {
                throw peer.connection("timed_out", "the name was not resolved in time", step: "dial")
            }
        }
        let (code, addresses) = lookup.outcome
        if code == 0, !addresses.isEmpty { return addresses }
        switch code {
        case EAI_NONAME, -5, 0:  // -5 is EAI_NODATA, which POSIX no longer has
            throw peer.connection("name_unknown", "unknown host name", step: "dial", words: words(code))
        default:
            throw peer.connection("unreachable", "the name was not resolved", step: "dial", words: words(code))
        }
    }

    /// gai_strerror(3) would follow the host's locale.
    private static func words(_ code: Int32) -> String {
        switch code {
        case EAI_NONAME: "Name or service not known"
        case EAI_AGAIN: "Temporary failure in name resolution"
        case EAI_FAIL: "Non-recoverable failure in name resolution"
        case EAI_MEMORY: "Memory allocation failure"
        case EAI_SYSTEM: "System error"
        case -5, 0: "No address associated with hostname"
        default: "getaddrinfo: \(code)"
        }
    }
}

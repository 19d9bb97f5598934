import Base
import CMailroom
import CSystem
import Glibc

/// A connected socket from a list of addresses: all of them are tried within the time, a next one begins when one
/// fails or has not answered for a quarter of a second, and the first that connects wins (after RFC 8305).
enum Dialer {
    private static let staggerMs: Int64 = 250

    private struct Attempt {
        let descriptor: Int32
        let address: SocketAddress
    }

    /// - Returns: a non-blocking descriptor that the caller owns.
    /// - Throws: `MR_E_CONNECTION` with step `dial` and each address's error in the server's words.
    static func connect(
        _ peer: Peer, _ addresses: [SocketAddress], until: Int64, _ patience: Patience
    ) throws(Failure) -> Int32 {
        var waiting = addresses[...]
        var running: [Attempt] = []
        var errors: [(address: SocketAddress, code: Int32)] = []
        defer { for attempt in running { Glibc.close(attempt.descriptor) } }

        while true {
            if let address = waiting.popFirst() {
                let (descriptor, code) = begin(address)
                if code == 0 { return descriptor }
                guard code == EINPROGRESS else {
                    if descriptor >= 0 { Glibc.close(descriptor) }
                    errors.append((address, code))
                    continue
                }
                running.append(Attempt(descriptor: descriptor, address: address))
            } else if running.isEmpty {
                throw failure(peer, errors)
            }
            // While there is another address, only a short wait for those under way.
            let pause = waiting.isEmpty ? until : min(until, Clock.boot() + staggerMs)
            var watched = running.map { pollfd(fd: $0.descriptor, events: Int16(POLLOUT), revents: 0) }
            guard try patience.wait(&watched, until: pause) else {
                if Clock.boot() < until { continue }
                throw failure(peer, errors + running.map { ($0.address, ETIMEDOUT) })
            }
            for index in watched.indices.reversed() where watched[index].revents != 0 {
                let attempt = running.remove(at: index)
                let code = csystem_socket_error(attempt.descriptor)
                if code == 0 { return attempt.descriptor }
                Glibc.close(attempt.descriptor)
                errors.append((attempt.address, code))
            }
        }
    }

    private static func begin(_ address: SocketAddress) -> (descriptor: Int32, code: Int32) {
        let descriptor = csystem_stream_socket(address.family)
        guard descriptor >= 0 else { return (-1, csystem_errno()) }
        csystem_prepare_stream(descriptor)
        return (descriptor, address.connect(descriptor))
    }

    /// The error that says most: a refusal comes from the host itself, a timeout at least from its way.
    private static func failure(_ peer: Peer, _ errors: [(address: SocketAddress, code: Int32)]) -> Failure {
        let worst = errors.max { SocketFault(errno: $0.code).rawValue < SocketFault(errno: $1.code).rawValue }
        var failure = peer.failure(errno: worst?.code ?? EHOSTUNREACH, step: "dial", doing: "connecting")
        if !errors.isEmpty {
            failure.serverText = errors.map { "\($0.address.text): \(errorWords($0.code))" }.joined(separator: "; ")
        }
        return failure
    }
}

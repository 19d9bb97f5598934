import Base
import CMailroom

/// Connections that go elsewhere than the server's name says: to a server that has no name in DNS yet, or none at all. What is
/// expected of the certificate stays the name.
package struct Routes: Sendable {
    private struct Route: Sendable {
        /// Empty: every host.
        let host: String
        /// 0: every port.
        let port: UInt16
        let target: Peer?
        /// Where the target keeps the port that was asked for.
        let toHost: String
    }
    private let routes: [Route]
    /// As they were given.
    package let texts: [String]

    package init() {
        routes = []
        texts = []
    }

    /// - Parameter texts: `host:port:address:port`. The first two may be empty, and then stand for all; an empty last port is the
    ///   one that was asked for. An IPv6 address stands in brackets.
    /// - Throws: `MR_E_INVALID` naming `connect_to`.
    package init(_ texts: [String]) throws(Failure) {
        guard texts.count <= 1000 else { throw .invalid("connect_to", "has more than 1000 entries") }
        var routes: [Route] = []
        for (index, text) in texts.enumerated() {
            guard let route = Routes.route(text) else {
                throw .invalid("connect_to[\(index)]", "'\(text.prefix(100))' is not host:port:address:port")
            }
            routes.append(route)
        }
        self.routes = routes
        self.texts = texts
    }

    private static func route(_ text: String) -> Route? {
        var parts: [String] = [""]
        var isInside = false
        for character in text.unicodeScalars {
            if character == "[" { isInside = true }
            if character == "]" { isInside = false }
            if character == ":", !isInside {
                parts.append("")
            } else {
                parts[parts.count - 1].unicodeScalars.append(character)
            }
        }
        guard parts.count == 4, !parts[2].isEmpty, parts[1].isEmpty || UInt16(parts[1]) ?? 0 > 0 else { return nil }
        guard parts[3].isEmpty || UInt16(parts[3]) ?? 0 > 0 else { return nil }
        guard let target = try? Peer(host: parts[2], port: UInt16(parts[3]) ?? 1) else { return nil }
        return Route(
            host: parts[0].lowercased(), port: UInt16(parts[1]) ?? 0, target: parts[3].isEmpty ? nil : target,
            toHost: target.host)
    }

    /// Where a connection to this server is made to: the first route that fits, else the server itself.
    package func target(of peer: Peer) -> Peer {
        let host = peer.host.lowercased()
        for route in routes
        where (route.host.isEmpty || route.host == host) && (route.port == 0 || route.port == peer.port) {
            if let target = route.target { return target }
            return (try? Peer(host: route.toHost, port: peer.port)) ?? peer
        }
        return peer
    }
}

/// Whereto `http://` may go: nothing keeps secret there what is sent.
package enum PlainHTTP: Sendable {
    case nowhere
    /// To this machine alone, also where a route leads here: test servers, and proxies on loopback.
    case here
    case anywhere
}

extension HTTPOptions {
    func allows(_ address: HTTPAddress) -> Bool {
        if address.isSecure { return true }
        return switch plain {
        case .nowhere: false
        case .here: routes.target(of: address.peer).isLoopback
        case .anywhere: true
        }
    }
}

extension Peer {
    /// `localhost`, `127.0.0.1` and its like, `::1`.
    var isLoopback: Bool {
        let name = host.lowercased()
        if name == "localhost" || name.hasSuffix(".localhost") || name == "::1" { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return parts.count == 4 && parts[0] == 127 && !parts.contains(nil)
    }
}

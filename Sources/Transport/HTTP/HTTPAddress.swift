import Base

/// An absolute address of the web in its parts (RFC 3986), as far as an exchange needs them.
package struct HTTPAddress: Sendable, Equatable {
    package let isSecure: Bool
    package let peer: Peer
    /// Path and query, with the slash that it begins with.
    package let target: String

    /// - Throws: `MR_E_INVALID` for what is not `http(s)://host[:port][/...]` in printable ASCII, or has a user in it.
    package init(_ text: String, field: String = "url") throws(Failure) {
        let bytes = Array(text.utf8)
        guard bytes.count <= 16_384 else { throw .invalid(field, "is longer than 16,384 octets") }
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != 0x5c }) else {
            throw .invalid(field, "has a character that no address has")
        }
        let scheme = String(decoding: bytes.prefix(8), as: UTF8.self).lowercased()
        var rest: ArraySlice<UInt8>
        if scheme.hasPrefix("https://") {
            isSecure = true
            rest = bytes.dropFirst(8)
        } else if scheme.hasPrefix("http://") {
            isSecure = false
            rest = bytes.dropFirst(7)
        } else {
            throw .invalid(field, "is no https:// address")
        }
        let place = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        guard !place.contains(UInt8(ascii: "@")) else { throw .invalid(field, "has a user name in it") }
        peer = try HTTPAddress.peer(place, isSecure ? 443 : 80, field)
        rest = rest[place.endIndex...].prefix { $0 != UInt8(ascii: "#") }
        let target = String(decoding: rest, as: UTF8.self)
        self.target = target.hasPrefix("/") ? target : "/" + target
    }

    private static func peer(_ place: ArraySlice<UInt8>, _ usual: UInt16, _ field: String) throws(Failure) -> Peer {
        var host = place
        var port = usual
        let bracket = place.lastIndex(of: UInt8(ascii: "]"))
        if let colon = place.lastIndex(of: UInt8(ascii: ":")), colon > bracket ?? 0 {
            let digits = place[(colon + 1)...]
            guard digits.allSatisfy({ (0x30...0x39).contains($0) }), digits.count <= 5 else {
                throw .invalid(field, "has no port behind its colon")
            }
            if !digits.isEmpty {
                guard let number = UInt16(String(decoding: digits, as: UTF8.self)), number > 0 else {
                    throw .invalid(field, "has no port behind its colon")
                }
                port = number
            }
            host = place[..<colon]
        }
        return try Peer(host: String(decoding: host, as: UTF8.self).lowercased(), port: port)
    }

    /// Scheme, host and port, as connections are kept for them.
    package var origin: String { (isSecure ? "https://" : "http://") + peer.text }

    package var text: String { origin + target }

    /// What a `Location` says, seen from here.
    package func resolving(_ location: String) throws(Failure) -> HTTPAddress {
        let lowered = location.lowercased()
        if lowered.hasPrefix("https://") || lowered.hasPrefix("http://") {
            return try HTTPAddress(location, field: "Location")
        }
        if location.hasPrefix("//") {
            return try HTTPAddress((isSecure ? "https:" : "http:") + location, field: "Location")
        }
        if location.hasPrefix("/") { return try HTTPAddress(origin + location, field: "Location") }
        let path = target.utf8.prefix { $0 != UInt8(ascii: "?") }
        if location.hasPrefix("?") {
            return try HTTPAddress(origin + String(decoding: Array(path), as: UTF8.self) + location, field: "Location")
        }
        let folder = path.lastIndex(of: UInt8(ascii: "/")).map { path[...$0] } ?? path[...]
        return try HTTPAddress(origin + String(decoding: Array(folder), as: UTF8.self) + location, field: "Location")
    }
}

/// One HTTP request (RFC 9110), as a provider, the token service or discovery asks for it.
package struct HTTPRequest: Sendable {
    package struct Header: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// `GET`, `POST` ...
    package var method: String
    /// Absolute: `https://host[:port]/path?query`, percent-encoded already.
    package var url: String
    package var headers: [Header]
    package var body: [UInt8]
    /// So many octets follow by `write`; -1: so many as come, in chunks; nil: `body` is all.
    package var bodySize: Int64?
    /// A body of the answer that is longer than this, unpacked, is refused.
    package var limitBytes: Int64
    /// For the whole exchange; nil: what the call has.
    package var timeoutMs: Int64?
    /// Hosts beside its own to which a redirect may go.
    package var sameSite: [String]
    /// Whether the answer may come compressed.
    package var compressed: Bool

    package init(
        _ method: String, _ url: String, headers: [Header] = [], body: [UInt8] = [], bodySize: Int64? = nil,
        limitBytes: Int64 = 64 << 20, timeoutMs: Int64? = nil, sameSite: [String] = [], compressed: Bool = true
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.bodySize = bodySize
        self.limitBytes = limitBytes
        self.timeoutMs = timeoutMs
        self.sameSite = sameSite
        self.compressed = compressed
    }

    /// Adds a header, in place of any of this name.
    package mutating func set(_ name: String, _ value: String) {
        headers.removeAll { $0.name.lowercased() == name.lowercased() }
        headers.append(Header(name, value))
    }
}

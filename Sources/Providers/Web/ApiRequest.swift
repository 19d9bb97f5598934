import Base

/// One request to an API, below its base address.
package struct ApiRequest {
    package var method: String
    /// Segments of the path, not yet encoded.
    package var path: [String]
    package var query: [(name: String, value: String)]
    /// In place of path and query: an address that the API itself gave (a next page, an upload).
    package var address: String?
    package var headers: [HTTPRequest.Header]
    package var body: [UInt8]
    /// The body follows by `write` (`HTTPRequest.bodySize`).
    package var bodySize: Int64?
    /// Units of the manifest's budgets.
    package var cost: Int64
    package var limitBytes: Int64
    /// Where the API is unwell for a moment it is sent again, if that does no harm.
    package var isRepeated = true

    package init(
        _ method: String, _ path: [String], query: [(name: String, value: String)] = [],
        headers: [HTTPRequest.Header] = [], cost: Int64 = 1
    ) {
        self.method = method
        self.path = path
        self.query = query
        address = nil
        self.headers = headers
        body = []
        bodySize = nil
        self.cost = cost
        limitBytes = 64 << 20
    }

    /// A GET of an address that the API gave.
    package init(at address: String, headers: [HTTPRequest.Header] = [], cost: Int64 = 1) {
        self.init("GET", [], headers: headers, cost: cost)
        self.address = address
    }

    /// With a record as its body.
    package func json(_ record: Record) -> ApiRequest {
        var request = self
        request.body = Array(JSON.text(record).utf8)
        request.headers.append(HTTPRequest.Header("Content-Type", "application/json"))
        return request
    }

    /// Whether it may be sent again without harm.
    var isIdempotent: Bool { ["GET", "HEAD", "PUT", "DELETE"].contains(method) }

    /// Path and query, encoded (RFC 3986, section 2).
    package var target: String {
        var text = path.map { "/" + ApiRequest.encoded($0) }.joined()
        for (index, item) in query.enumerated() {
            text += (index == 0 ? "?" : "&") + ApiRequest.encoded(item.name) + "=" + ApiRequest.encoded(item.value)
        }
        return text
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Everything but the unreserved characters in percent-encoding.
    package static func encoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e, 0x24: bytes.append(byte)
            default: bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

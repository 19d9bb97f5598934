import Base
import CMailroom

/// HTTP/1.1 and HTTP/2 over libcurl (docs/http.md).
package enum HTTPClient {
    private static let maximumRedirects = 5

    /// Sends a request, follows redirects as far as they are allowed, and waits for the answer's head; where the body is
    /// yet to be written (`bodySize`), until the server takes it.
    /// - Throws: `MR_E_CONNECTION`, `MR_E_TLS`, `MR_E_PROTOCOL`, `MR_E_CANCELLED`, `MR_E_INVALID`, `MR_E_UNSUPPORTED`
    ///   (libcurl is not there). An answer of whatever status is none of them.
    package static func open(_ request: HTTPRequest, _ options: HTTPOptions = HTTPOptions()) throws(Failure)
        -> HTTPReply
    {
        var options = options
        if let whole = request.timeoutMs {
            let (end, overflow) = Clock.boot().addingReportingOverflow(max(1, whole))
            if !overflow { options.patience.deadline = min(options.patience.deadline, end) }
        }
        var request = request
        let origin = try HTTPAddress(request.url)
        var address = origin
        for _ in 0...maximumRedirects {
            guard options.allows(address) else {
                throw .invalid("url", options.plain == .here ? "is http:// to another machine" : "is not https://")
            }
            let exchange = try HTTPExchange(address, request, options)
            guard request.bodySize == nil else {
                try exchange.runToBody()
                return HTTPReply(exchange)
            }
            try exchange.runToHead()
            guard let next = try redirect(exchange, origin, request.sameSite) else { return HTTPReply(exchange) }
            if next.origin != origin.origin {
                request.headers.removeAll { ["authorization", "cookie"].contains($0.name.lowercased()) }
            }
            address = next
            exchange.close()
        }
        throw refused(address, "too many redirects", nil)
    }

    /// Where an answer sends to; nil where it is the answer. Only what has no body and changes nothing is sent again.
    private static func redirect(
        _ exchange: HTTPExchange, _ origin: HTTPAddress, _ sameSite: [String]
    ) throws(Failure) -> HTTPAddress? {
        guard [301, 302, 303, 307, 308].contains(exchange.head.status),
            ["GET", "HEAD"].contains(exchange.request.method), exchange.request.body.isEmpty,
            let location = exchange.head.header("location")
        else { return nil }
        let next = try exchange.address.resolving(location)
        guard next.isSecure || !exchange.address.isSecure else {
            throw refused(exchange.address, "it redirects to an address without TLS", exchange.head.status)
        }
        let host = next.peer.host
        guard host == origin.peer.host || sameSite.contains(where: { $0.lowercased() == host }) else {
            throw refused(exchange.address, "it redirects to \(host), which is not its own", exchange.head.status)
        }
        return next
    }

    private static func refused(_ address: HTTPAddress, _ message: String, _ status: Int32?) -> Failure {
        var failure = Failure(MR_E_PROTOCOL, "\(address.peer.text): \(message)")
        failure.step = "http"
        failure.code = "redirect"
        failure.http = status
        return failure
    }

    /// A small answer whole.
    package static func fetch(
        _ request: HTTPRequest, _ options: HTTPOptions = HTTPOptions()
    ) throws(Failure) -> (status: Int32, headers: [HTTPRequest.Header], body: [UInt8]) {
        let reply = try open(request, options)
        defer { reply.close() }
        return (reply.status, reply.headers, try reply.body(limit: Int(clamping: request.limitBytes)))
    }
}

import Base
import CMailroom
import CSystem
import Glibc

/// One request and its answer over libcurl, without redirects. Both bodies go through in pieces: the answer's is taken from
/// the network no faster than it is read, the request's no faster than it is written.
///
/// Used by one thread at a time, not always the same one.
final class HTTPExchange {
    /// So much of an answer's body waits here at most, before the network has to wait.
    static let highWater = 256 << 10

    let address: HTTPAddress
    let request: HTTPRequest
    let options: HTTPOptions
    /// Whom the present call may keep waiting.
    var patience: Patience
    let key: HTTPPool.Key
    private(set) var line: HTTPLine?
    /// Text and lists that libcurl looks at while the transfer runs.
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var addressList: UnsafeMutablePointer<curl_slist>?
    /// Where the connection goes instead of to the site's own address and port.
    private(set) var routeList: UnsafeMutablePointer<curl_slist>?

    var head = HTTPHead()
    var received = StreamBuffer()
    var receivedTotal: Int64 = 0
    var receivingPaused = false
    /// What of the request's body is at hand: all of it, or the piece of the present `write`.
    var outgoing: UnsafeRawBufferPointer?
    var sent: Int64 = 0
    var sendingPaused = false
    /// Nothing follows behind `outgoing`.
    var isLastPiece: Bool
    /// How often the request went out: libcurl would send it again by itself where a kept connection turns out dead.
    var goes = 0
    /// Grows with everything that moves.
    var moves = 0
    /// Why a callback ended the transfer.
    var refusal: Failure?
    /// Over: with nothing, or with a failure.
    var outcome: Failure??

    init(_ address: HTTPAddress, _ request: HTTPRequest, _ options: HTTPOptions) throws(Failure) {
        self.address = address
        self.request = request
        self.options = options
        patience = options.patience
        isLastPiece = request.bodySize == nil
        let target = options.proxy == nil ? options.routes.target(of: address.peer) : address.peer
        key = HTTPPool.Key(
            origin: address.origin + (target == address.peer ? "" : " " + target.text), proxy: options.proxy ?? "",
            caFile: options.caFile ?? "", account: options.account)
        try CurlLibrary.prepare()
        let kept = HTTPPool.shared.take(key)
        guard let line = kept ?? HTTPLine() else { throw Failure(MR_E_INTERNAL, "libcurl has no memory left") }
        self.line = line
        if target != address.peer {
            routeList = csystem_curl_append(nil, "::\(HTTPExchange.bracketed(target.host)):\(target.port)")
        }
        if kept == nil { addressList = try resolved(target) }
        headerList = try HTTPExchange.list(request)
        try set(line, headerList, addressList)
        guard csystem_curl_add(line.multi, line.easy) == CURLM_OK else {
            throw Failure(MR_E_INTERNAL, "libcurl does not take the request")
        }
    }

    deinit { close() }

    /// The names are looked up here and not by libcurl, which would make threads of its own for it.
    private func resolved(_ target: Peer) throws(Failure) -> UnsafeMutablePointer<curl_slist>? {
        let peer =
            try options.proxy.map { (proxy) throws(Failure) in try HTTPExchange.peer(ofProxy: proxy) } ?? target
        // An IPv6 address is no name, and libcurl takes none for one here.
        if peer.host.utf8.contains(0x3a) { return nil }
        var dialling = patience
        dialling.timeoutMs = options.connectTimeoutMs
        let addresses = try Resolver.addresses(of: peer, until: dialling.until, dialling)
        let texts = addresses.map { HTTPExchange.bracketed($0.text) }
        return csystem_curl_append(nil, "\(peer.host):\(peer.port):" + texts.joined(separator: ","))
    }

    private static func bracketed(_ host: String) -> String { host.utf8.contains(0x3a) ? "[\(host)]" : host }

    private static func peer(ofProxy proxy: String) throws(Failure) -> Peer {
        let bytes = Array(proxy.utf8)
        let mark = bytes.firstIndex(of: 0x3a).flatMap { colon in
            bytes[colon...].starts(with: [0x3a, 0x2f, 0x2f]) ? colon + 3 : nil
        }
        let place = bytes[(mark ?? 0)...]
        let host = place.lastIndex(of: 0x40).map { place[($0 + 1)...] } ?? place
        do throws(Failure) {
            return try HTTPAddress("http://" + String(decoding: host, as: UTF8.self)).peer
        } catch {
            throw .invalid("proxy", "is none")
        }
    }

    /// The request's header fields.
    private static func list(_ request: HTTPRequest) throws(Failure) -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>?
        // libcurl's own additions: a handshake that costs a round trip, and a type that nobody named.
        var lines = ["Expect:", "User-Agent: Mailroom/1"]
        if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
            lines.append("Content-Type:")
        }
        if request.bodySize == -1 { lines.append("Transfer-Encoding: chunked") }
        for header in request.headers {
            guard !header.name.isEmpty, header.name.utf8.allSatisfy(isToken),
                header.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 })
            else {
                csystem_curl_free_list(list)
                throw .invalid("headers", "has a name or a value that no header has")
            }
            // An empty value is written with a semicolon, or libcurl leaves the field out.
            lines.append(header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
        }
        for line in lines { list = csystem_curl_append(list, line) }
        return list
    }

    /// RFC 9110, section 5.6.2.
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x21, 0x23...0x27, 0x2a, 0x2b, 0x2d, 0x2e, 0x5e...0x60, 0x7c, 0x7e:
            true
        default: false
        }
    }

    /// Ends it. A connection whose answer was read to its end is kept for the next; any other is closed.
    func close() {
        guard let line else { return }
        self.line = nil
        guard line.isOurs else { return }
        if outcome == nil, head.isComplete { step(line) }
        csystem_curl_remove(line.multi, line.easy)
        let isGood = if case .some(.none) = outcome { true } else { false }
        csystem_curl_reset(line.easy)
        csystem_curl_free_list(headerList)
        csystem_curl_free_list(addressList)
        csystem_curl_free_list(routeList)
        if isGood { HTTPPool.shared.give(line, key) }
        received.drop(received.count)
        received.release()
    }

    /// Does what can be done without waiting.
    func step(_ line: HTTPLine) {
        guard outcome == nil else { return }
        var code = CURLE_OK
        switch csystem_curl_perform(line.multi, &code) {
        case 0: break
        case 1: outcome = .some(code == CURLE_OK ? nil : refusal ?? fault(code, line.easy))
        default: outcome = .some(Failure(MR_E_INTERNAL, "libcurl failed"))
        }
    }
}

import Base
import CMailroom
import CSystem

/// What libcurl is told of a request. Nothing is left to what it would find in the environment.
extension HTTPExchange {
    func set(
        _ line: HTTPLine, _ headers: UnsafeMutablePointer<curl_slist>?,
        _ addresses: UnsafeMutablePointer<curl_slist>?
    ) throws(Failure) {
        let easy = line.easy
        csystem_curl_hooks(
            easy, line.sockets, Unmanaged.passUnretained(self).toOpaque(), { HTTPExchange.takeHeader($0, $1, $2, $3) },
            { HTTPExchange.takeBody($0, $1, $2, $3) }, { HTTPExchange.giveBody($0, $1, $2, $3) },
            { HTTPExchange.seek($0, $1, $2) }, { context, _, _, _, _ in HTTPExchange.begin(context) },
            { HTTPExchange.trust($0, $1, $2) })
        let caFile = options.caFile
        // Read here, so that a file that is not there is said as that.
        _ = try TLSContext.shared(caFile: caFile)
        let timeout = Int(clamping: max(1, min(options.connectTimeoutMs, patience.deadline - Clock.boot())))
        var failed = csystem_curl_set_text(easy, CURLOPT_URL, address.text) != CURLE_OK
        for (option, value) in [
            (CURLOPT_NOSIGNAL, 1), (CURLOPT_NETRC, 0), (CURLOPT_FOLLOWLOCATION, 0), (CURLOPT_SSL_VERIFYPEER, 1),
            (CURLOPT_SSL_VERIFYHOST, 2), (CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            (CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS)), (CURLOPT_SUPPRESS_CONNECT_HEADERS, 1),
            (CURLOPT_PROTOCOLS, address.isSecure ? 2 : 3), (CURLOPT_CONNECTTIMEOUT_MS, timeout),
            (CURLOPT_TCP_KEEPALIVE, 1), (CURLOPT_HTTP09_ALLOWED, 0),
        ] { failed = csystem_curl_set_long(easy, option, value) != CURLE_OK || failed }
        for (option, value) in [
            (CURLOPT_PROXY, options.proxy ?? ""), (CURLOPT_NOPROXY, ""), (CURLOPT_CAINFO, nil), (CURLOPT_CAPATH, nil),
            (CURLOPT_ACCEPT_ENCODING, request.compressed ? "gzip, deflate" : nil),
        ] { failed = csystem_curl_set_text(easy, option, value) != CURLE_OK || failed }
        failed = csystem_curl_set_list(easy, CURLOPT_HTTPHEADER, headers) != CURLE_OK || failed
        if let addresses { failed = csystem_curl_set_list(easy, CURLOPT_RESOLVE, addresses) != CURLE_OK || failed }
        if let routeList { failed = csystem_curl_set_list(easy, CURLOPT_CONNECT_TO, routeList) != CURLE_OK || failed }
        guard !failed else { throw Failure(MR_E_INTERNAL, "libcurl does not know an option") }
        try setMethod(easy)
    }

    private func setMethod(_ easy: UnsafeMutableRawPointer) throws(Failure) {
        let method = request.method
        guard !method.isEmpty, method.utf8.count <= 16, method.utf8.allSatisfy({ (0x41...0x5a).contains($0) }) else {
            throw .invalid("method", "is none")
        }
        let hasBody = request.bodySize != nil || !request.body.isEmpty || ["POST", "PUT", "PATCH"].contains(method)
        if hasBody {
            _ = csystem_curl_set_long(easy, CURLOPT_POST, 1)
            _ = csystem_curl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, request.bodySize ?? Int64(request.body.count))
        } else if method == "HEAD" {
            _ = csystem_curl_set_long(easy, CURLOPT_NOBODY, 1)
        } else {
            _ = csystem_curl_set_long(easy, CURLOPT_HTTPGET, 1)
        }
        _ = csystem_curl_set_text(easy, CURLOPT_CUSTOMREQUEST, method)
    }

    /// Whether the request may go out twice without harm (RFC 9110, section 9.2.2).
    var isIdempotent: Bool { ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"].contains(request.method) }
}

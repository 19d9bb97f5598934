import Base
import CMailroom
import CSystem
import Glibc

/// What libcurl's codes come to.
extension HTTPExchange {
    func protocolFault(_ message: String, code: String? = nil) -> Failure {
        var failure = Failure(MR_E_PROTOCOL, "\(address.peer.text): \(message)")
        failure.step = "http"
        failure.code = code
        if head.status > 0 { failure.http = head.status }
        return failure
    }

    func fault(_ code: CURLcode, _ easy: UnsafeMutableRawPointer) -> Failure {
        let peer = address.peer
        let words = String(cString: csystem_curl_words(code))
        let step = goes == 0 ? "dial" : "http"
        let proxyAnswer = csystem_curl_info(easy, CURLINFO_HTTP_CONNECTCODE)
        if goes == 0, options.proxy != nil, proxyAnswer != 0, !(200...299).contains(proxyAnswer) {
            var failure = peer.connection("proxy", "the proxy answered \(proxyAnswer)", step: "dial")
            failure.http = Int32(clamping: proxyAnswer)
            return failure
        }
        switch code {
        case CURLE_COULDNT_CONNECT:
            let number = csystem_curl_info(easy, CURLINFO_OS_ERRNO)
            if number == 0 { return peer.connection("unreachable", "no connection", step: "dial", words: words) }
            return peer.failure(errno: Int32(clamping: number), step: "dial", doing: "connecting")
        case CURLE_OPERATION_TIMEDOUT: return peer.connection("timed_out", "no connection in time", step: step)
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            return peer.connection("name_unknown", "unknown host name", step: "dial")
        case CURLE_PROXY:
            return peer.connection("proxy", "the proxy makes no connection", step: "dial", words: words)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ENGINE_INITFAILED, CURLE_USE_SSL_FAILED:
            return tlsFault(code, csystem_curl_info(easy, CURLINFO_SSL_VERIFYRESULT), words)
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING:
            return protocolFault("the answer makes no sense (\(words))")
        case CURLE_OUT_OF_MEMORY: return Failure(MR_E_INTERNAL, "libcurl has no memory left")
        default: return peer.connection("lost", "the connection broke", step: step, words: words)
        }
    }

    private func tlsFault(_ code: CURLcode, _ verdict: Int, _ words: String) -> Failure {
        let peer = address.peer
        // 0 and 1 are no verdict of OpenSSL: libcurl compares the name by itself, after OpenSSL was content.
        guard verdict > 1 else {
            return code == CURLE_PEER_FAILED_VERIFICATION
                ? peer.tls("name_mismatch", "the certificate is for another host", words: words)
                : peer.tls("handshake", "TLS failed", words: words)
        }
        return TLSFilter.certificateFault(peer, verdict, String(cString: X509_verify_cert_error_string(verdict)))
    }
}

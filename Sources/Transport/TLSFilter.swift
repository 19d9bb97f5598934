import Base
import CMailroom
import CSystem
import Glibc

/// TLS over a socket, by OpenSSL: 1.2 or later, the certificate checked against the trusted authorities and its
/// names against the host that was asked for (RFC 9525).
final class TLSFilter: StreamFilter {
    private let session: OpaquePointer
    private let wire: TLSWire
    private let peer: Peer
    /// A fatal error came: OpenSSL must not be asked to shut down then.
    private var broken = false
    private var established = false

    /// - Throws: `MR_E_TLS`, or `MR_E_INVALID` for a CA file that cannot be used.
    init(_ descriptor: Int32, _ peer: Peer, caFile: String?) throws(Failure) {
        let context = try TLSContext.shared(caFile: caFile)
        guard let session = SSL_new(context.pointer) else {
            throw peer.tls("handshake", "TLS could not be set up", words: TLSFilter.queuedWords())
        }
        self.session = session
        self.peer = peer
        wire = TLSWire(descriptor)
        guard let bio = wire.makeBIO() else {
            throw peer.tls("handshake", "TLS could not be set up", words: TLSFilter.queuedWords())
        }
        SSL_set_bio(session, bio, bio)
        SSL_set_connect_state(session)
        guard expect(peer.host) else {
            throw peer.tls("handshake", "TLS could not be set up for this host name", words: TLSFilter.queuedWords())
        }
    }

    deinit { SSL_free(session) }

    /// Which name or address the certificate must have; a name is also told to the server (RFC 6066, section 3).
    private func expect(_ host: String) -> Bool {
        let parameters = SSL_get0_param(session)
        // A zone is of this machine, not of the certificate.
        let bare = String(host.prefix { $0 != "%" })
        if X509_VERIFY_PARAM_set1_ip_asc(parameters, bare) == 1 { return true }
        ERR_clear_error()
        X509_VERIFY_PARAM_set_hostflags(parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        return X509_VERIFY_PARAM_set1_host(parameters, host, host.utf8.count) == 1
            && csystem_ssl_server_name(session, host) == 1
    }

    /// One step of the handshake.
    /// - Returns: what to wait for; nil once it is done.
    func handshake() throws(Failure) -> FilterStep? {
        ERR_clear_error()
        let result = SSL_do_handshake(session)
        if result == 1 {
            established = true
            return nil
        }
        return try step(result, doing: "TLS handshake")
    }

    func receive(_ buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> FilterStep {
        ERR_clear_error()
        var count = 0
        let result = SSL_read_ex(session, buffer.baseAddress, buffer.count, &count)
        return result == 1 ? .moved(count) : try step(result, doing: "reading")
    }

    func send(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> FilterStep {
        ERR_clear_error()
        var count = 0
        let result = SSL_write_ex(session, bytes.baseAddress, bytes.count, &count)
        return result == 1 ? .moved(count) : try step(result, doing: "writing")
    }

    func farewell() {
        guard established, !broken else { return }
        ERR_clear_error()
        SSL_shutdown(session)
        ERR_clear_error()
    }

    var summary: String {
        var words = String(cString: SSL_get_version(session))
        guard let certificate = SSL_get1_peer_certificate(session) else { return words }
        defer { X509_free(certificate) }
        var end = tm()
        if ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) == 1 {
            func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
            words += ", the certificate is good until \(end.tm_year + 1900)-\(two(end.tm_mon + 1))-\(two(end.tm_mday))"
        }
        return words
    }

    /// Whether the server's certificate, which is trusted, names this host, too.
    func covers(_ name: String) -> Bool {
        guard established, let certificate = SSL_get1_peer_certificate(session) else { return false }
        defer { X509_free(certificate) }
        let found = X509_check_host(
            certificate, name, name.utf8.count, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS), nil)
        ERR_clear_error()
        return found == 1
    }

    func rest() { SSL_free_buffers(session) }

    private func step(_ result: Int32, doing what: String) throws(Failure) -> FilterStep {
        switch SSL_get_error(session, result) {
        case SSL_ERROR_WANT_READ: return .wantsReading
        case SSL_ERROR_WANT_WRITE: return .wantsWriting
        case SSL_ERROR_ZERO_RETURN: return .end
        default:
            broken = true
            throw fault(doing: what)
        }
    }

    private func fault(doing what: String) -> Failure {
        let step = established ? nil : "tls"
        if wire.fault != 0 { return peer.failure(errno: wire.fault, step: step, doing: what) }
        if !established {
            if let words = wire.plaintext {
                return peer.tls("not_offered", "the server answered in plain text, not TLS", words: words)
            }
            let verdict = SSL_get_verify_result(session)
            if verdict != Int(X509_V_OK) { return certificateFault(verdict) }
        }
        if wire.ended { return peer.connection("lost", "the server hung up (\(what))", step: step) }
        return peer.tls("handshake", "TLS failed (\(what))", words: TLSFilter.queuedWords())
    }

    private func certificateFault(_ verdict: Int) -> Failure {
        var words = String(cString: X509_verify_cert_error_string(verdict))
        if let certificate = wire.refused { words += " (\(certificate))" }
        return TLSFilter.certificateFault(peer, verdict, words)
    }

    /// What a certificate was refused for.
    static func certificateFault(_ peer: Peer, _ verdict: Int, _ words: String) -> Failure {
        switch Int32(truncatingIfNeeded: verdict) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return peer.tls("expired", "the certificate has expired", words: words)
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return peer.tls("not_yet_valid", "the certificate is not valid yet", words: words)
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            return peer.tls("name_mismatch", "the certificate is for another host", words: words)
        default:
            return peer.tls("untrusted", "the certificate is not trusted", words: words)
        }
    }

    /// OpenSSL's own words for the oldest error of this thread, and empties its queue.
    static func queuedWords() -> String? {
        let code = ERR_peek_error()
        ERR_clear_error()
        guard code != 0 else { return nil }
        if let reason = ERR_reason_error_string(code) { return String(cString: reason) }
        return "OpenSSL error \(String(code, radix: 16))"
    }
}

import Base
import CMailroom
import CSystem

/// libcurl, loaded when HTTP is first needed: a process that never speaks HTTP has no part of it.
enum CurlLibrary {
    /// CURLOPT_PREREQFUNCTION, by which a request is known to go out once, is of 7.80.
    private static let oldest: UInt32 = 0x07_50_00

    private static let problem: String? = {
        // Before it: libcurl would have OpenSSL read a configuration that the environment names.
        CryptoLibrary.prepare()
        if let reason = csystem_curl_load() { return String(cString: reason) }
        if csystem_curl_version() < oldest { return "libcurl.so.4 is older than 7.80" }
        let tls = String(cString: csystem_curl_tls())
        // Certificates are checked with the OpenSSL that this library uses itself.
        return tls.hasPrefix("OpenSSL/3") ? nil : "libcurl.so.4 uses \(tls.isEmpty ? "no TLS" : tls), not OpenSSL 3"
    }()

    /// - Throws: `MR_E_UNSUPPORTED` with the cause `http.library`.
    static func prepare() throws(Failure) {
        guard let problem else { return }
        var failure = Failure(
            MR_E_UNSUPPORTED, "HTTP needs libcurl, and \(problem) (Debian and Ubuntu: the package libcurl4)")
        failure.cause = "http.library"
        throw failure
    }
}

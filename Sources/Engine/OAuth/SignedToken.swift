import Base
import CMailroom
import CSystem

/// A JSON Web Token that an application signs for itself (RFC 7515, RFC 7523): RS256.
enum SignedToken {
    /// - Parameters:
    ///   - key: a private key in PEM.
    ///   - certificate: its certificate in PEM; its SHA-1 goes into the header, by which Microsoft finds the key.
    /// - Throws: `MR_E_AUTH` with cause oauth.service_key where they cannot be used.
    static func make(_ claims: Record, key: [UInt8], certificate: [UInt8]? = nil) throws(Failure) -> String {
        CryptoLibrary.prepare()
        var header = Record(["alg": .text("RS256"), "typ": .text("JWT")])
        if let certificate {
            var digest = [UInt8](repeating: 0, count: 20)
            guard csystem_certificate_sha1(certificate, certificate.count, &digest) == 1 else {
                throw unusable("service_certificate", "is no certificate in PEM")
            }
            header.set("x5t", Base64URL.encode(digest))
        }
        let text = [header, claims].map { Base64URL.encode(Array(JSON.text($0).utf8)) }.joined(separator: ".")
        var signature = [UInt8](repeating: 0, count: 2048)
        let bytes = Array(text.utf8)
        let size = csystem_rs256(key, key.count, bytes, bytes.count, &signature, signature.count)
        guard size > 0 else { throw unusable("service_key", "is no RSA key in PEM without a passphrase") }
        return text + "." + Base64URL.encode(Array(signature[..<size]))
    }

    static func unusable(_ field: String, _ words: String) -> Failure {
        var failure = Failure(MR_E_AUTH, "\(field): \(words)")
        failure.field = field
        failure.cause = "oauth.service_key"
        failure.step = "token"
        return failure
    }

    /// The claims of a token as they stand there. The signature is not looked at: it came from its issuer over TLS
    /// (OpenID Connect Core, section 3.1.3.7).
    static func claims(_ token: String) -> Record? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, token.utf8.count <= 64 << 10, let payload = Base64URL.decode(parts[1]) else {
            return nil
        }
        return try? JSON.parse(payload, lenient: true)
    }
}

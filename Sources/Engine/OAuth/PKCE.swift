import Base

/// Proof that whoever brings the code is who began (RFC 7636): S256.
struct PKCE {
    let verifier: String
    var challenge: String { Base64URL.encode(SHA256.of(Array(verifier.utf8))) }

    init(verifier: String = Base64URL.encode(randomBytes(32))) { self.verifier = verifier }
}

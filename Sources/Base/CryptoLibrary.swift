import CSystem

/// OpenSSL, made ready once: with no openssl.cnf (its path comes from the environment, and what it names is
/// loaded as code), and with no atexit handler. Whatever calls OpenSSL calls `prepare()` first.
package enum CryptoLibrary {
    private static let ready: Bool =
        OPENSSL_init_crypto(
            UInt64(OPENSSL_INIT_NO_LOAD_CONFIG) | UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1

    /// True where OpenSSL can be used. Cheap after the first time.
    @discardableResult
    package static func prepare() -> Bool { ready }
}

import Base
import CMailroom
import CSystem
import Glibc

/// What many TLS sessions share: the protocol's bounds and the trusted authorities. One for each CA file, kept for
/// the process, made anew when the file has changed.
final class TLSContext: @unchecked Sendable {
    /// An SSL_CTX, which OpenSSL itself guards for use by many threads.
    let pointer: OpaquePointer

    private struct Key: Hashable {
        let path: String
        let device: UInt
        let inode: UInt
        let size: Int
        let changed: Int
    }

    private final class Cache: Sendable {
        let contexts = Lock<[Key: TLSContext]>([:])
    }
    private static let cache = PerProcess { Cache() }

    /// - Parameter caFile: a PEM file of certificates trusted beside the system's.
    /// - Throws: `MR_E_INVALID` naming `ca_file`; `MR_E_TLS` where OpenSSL does not work.
    static func shared(caFile: String?) throws(Failure) -> TLSContext {
        let key = try key(of: caFile)
        let found = cache.current.contexts.withLock { $0[key] }
        if let found { return found }
        let made = try TLSContext(caFile: caFile)
        return cache.current.contexts.withLock { contexts in
            if let other = contexts[key] { return other }
            for old in contexts.keys where old.path == key.path { contexts[old] = nil }
            contexts[key] = made
            return made
        }
    }

    private static func key(of caFile: String?) throws(Failure) -> Key {
        guard let caFile else { return Key(path: "", device: 0, inode: 0, size: 0, changed: 0) }
        var facts = stat()
        guard stat(caFile, &facts) == 0 else {
            throw .invalid("ca_file", "\(caFile): \(errorWords(csystem_errno()))")
        }
        return Key(
            path: caFile, device: UInt(facts.st_dev), inode: UInt(facts.st_ino), size: Int(facts.st_size),
            changed: facts.st_mtim.tv_sec &* 1_000_000_000 &+ facts.st_mtim.tv_nsec)
    }

    private init(caFile: String?) throws(Failure) {
        CryptoLibrary.prepare()
        ERR_clear_error()
        guard let pointer = SSL_CTX_new(TLS_client_method()) else {
            throw Failure(MR_E_TLS, "OpenSSL could not be set up: \(TLSFilter.queuedWords() ?? "no reason given")")
        }
        self.pointer = pointer
        guard csystem_ssl_min_tls12(pointer) == 1 else {
            throw Failure(MR_E_TLS, "OpenSSL does not offer TLS 1.2")
        }
        csystem_ssl_modes(pointer)
        SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER) { TLSWire.verify($0, $1) }
        let store = SSL_CTX_get_cert_store(pointer)
        // A certificate in the trusted file is trusted itself, also where its issuer is not there.
        X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN))
        TrustStore.load(into: store)
        if let caFile {
            guard X509_STORE_load_file(store, caFile) == 1 else {
                throw .invalid("ca_file", "\(caFile): \(TLSFilter.queuedWords() ?? "no certificates in it")")
            }
        }
        ERR_clear_error()
    }

    deinit { SSL_CTX_free(pointer) }
}

import CSystem

/// SHA-256 in pieces, by OpenSSL.
package struct SHA256: ~Copyable {
    private let context: OpaquePointer

    /// Looked up once: OpenSSL would search its providers at every use.
    nonisolated(unsafe) private static let algorithm: OpaquePointer? = EVP_MD_fetch(nil, "SHA256", nil)

    package init() {
        CryptoLibrary.prepare()
        context = EVP_MD_CTX_new()
        EVP_DigestInit_ex(context, SHA256.algorithm, nil)
    }

    deinit { EVP_MD_CTX_free(context) }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        if bytes.count > 0 { EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) }
    }

    package mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    /// 32 bytes. The digest starts anew afterwards.
    package mutating func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        EVP_DigestFinal_ex(context, &digest, nil)
        EVP_DigestInit_ex(context, SHA256.algorithm, nil)
        return digest
    }

    package static func of(_ bytes: [UInt8]) -> [UInt8] {
        var digest = SHA256()
        digest.update(bytes)
        return digest.finish()
    }
}

import Base
import CMailroom
import CSystem

/// AES-256-GCM under the store's key. Each sealed value is bound to where it stands (table, row, field), so that it
/// cannot be moved elsewhere within the file.
struct SecretBox: Sendable {
    let key: [UInt8]

    /// - Throws: `MR_E_INVALID` where the key is not 32 bytes.
    init(key: [UInt8]) throws(Failure) {
        guard key.count == 32 else { throw .invalid("key", "is \(key.count) bytes, expected 32") }
        CryptoLibrary.prepare()
        self.key = key
    }

    private static func bound(_ table: String, _ row: Int64, _ field: String) -> [UInt8] {
        var packer = Packer()
        packer.text("mailroom")
        packer.text(table)
        packer.int(row)
        packer.text(field)
        return packer.bytes
    }

    /// Nonce, ciphertext and tag.
    func seal(_ clear: [UInt8], table: String, row: Int64, field: String) throws(Failure) -> [UInt8] {
        let nonce = randomBytes(12)
        let bound = SecretBox.bound(table, row, field)
        var sealed = [UInt8](repeating: 0, count: clear.count + 16)
        guard csystem_gcm_seal(key, nonce, bound, bound.count, clear, clear.count, &sealed) == 1 else {
            throw Failure(MR_E_INTERNAL, "a secret could not be encrypted")
        }
        return nonce + sealed
    }

    /// - Throws: `MR_E_KEY` where the key is another one, or the value was changed or moved.
    func open(_ sealed: [UInt8], table: String, row: Int64, field: String) throws(Failure) -> [UInt8] {
        guard sealed.count >= 28 else { throw Failure(MR_E_KEY, "a stored secret is damaged") }
        let bound = SecretBox.bound(table, row, field)
        let nonce = Array(sealed[..<12])
        let rest = Array(sealed[12...])
        var clear = [UInt8](repeating: 0, count: rest.count)
        guard csystem_gcm_open(key, nonce, bound, bound.count, rest, rest.count - 16, &clear) == 1 else {
            throw Failure(MR_E_KEY, "a stored secret cannot be decrypted: the key is another one, or it was changed")
        }
        return Array(clear[..<(rest.count - 16)])
    }
}

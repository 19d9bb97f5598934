import Base
import CSystem

/// A public key for signatures of a domain (RFC 6376, section 3.6.1; RFC 8301; RFC 8463).
struct DKIMKey: Equatable {
    enum Kind: Equatable {
        case rsa(bits: Int)
        case ed25519
    }

    /// nil where the key is revoked: an empty `p`.
    let kind: Kind?
    /// `t=y`: the domain is only trying.
    let isTesting: Bool

    struct Fault: Error, Equatable {
        let words: String
    }

    /// Whether a TXT record at a selector is meant to be a key.
    static func isOne(_ text: String) -> Bool {
        let tight = text.filter { $0 != " " && $0 != "\t" }
        return tight.hasPrefix("v=DKIM1") || tight.hasPrefix("p=") || tight.has(";p=")
    }

    init(_ text: String) throws(Fault) {
        let list: TagList
        do throws(TagList.Fault) {
            list = try TagList(text)
        } catch {
            throw Fault(words: error.words)
        }
        if let version = list["v"] {
            guard version == "DKIM1" else { throw Fault(words: "its version is '\(version.prefix(20))', not DKIM1") }
            guard list.tags.first?.name == "v" else { throw Fault(words: "v=DKIM1 does not stand first") }
        }
        if let hashes = list["h"], !DKIMKey.words(hashes).contains("sha256") {
            throw Fault(words: "it does not allow SHA-256 (h=\(hashes.prefix(40)))")
        }
        if let services = list["s"], !DKIMKey.words(services).contains(where: { $0 == "*" || $0 == "email" }) {
            throw Fault(words: "it is not for mail (s=\(services.prefix(40)))")
        }
        isTesting = list["t"].map { DKIMKey.words($0).contains("y") } ?? false
        guard let data = list["p"] else { throw Fault(words: "it has no key: p= is missing") }
        let tight = data.filter { !" \t\r\n".contains($0) }
        if tight.isEmpty {
            kind = nil
            return
        }
        guard let key = Base64.decode(tight) else {
            throw Fault(words: "its key is not base64: characters are missing or changed")
        }
        switch list["k"]?.lowercased() ?? "rsa" {
        case "rsa":
            CryptoLibrary.prepare()
            let bits = key.withUnsafeBufferPointer { csystem_rsa_bits($0.baseAddress, $0.count) }
            guard bits > 0 else {
                throw Fault(words: "its key is no RSA key: a part of it is missing, perhaps the end")
            }
            kind = .rsa(bits: Int(bits))
        case "ed25519":
            guard key.count == 32 else { throw Fault(words: "its Ed25519 key has \(key.count) octets instead of 32") }
            kind = .ed25519
        case let other: throw Fault(words: "it is of the kind '\(other.prefix(20))', which nobody knows")
        }
    }

    private static func words(_ list: String) -> [String] { list.split(separator: ":").map { $0.trimmed.lowercased() } }
}

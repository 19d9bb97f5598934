import Base

/// Cuts an account's secrets out of what servers and plugins say: a server that does not understand a command may quote it.
/// What is known of a session are the secrets that were shown to its plugin; beside them go tokens that stand behind the
/// words of a login.
package struct SecretCut {
    private static let mark = Array("***".utf8)
    /// A shorter one is cut only where it stands alone: it may be a part of any word.
    private static let longEnough = 8
    private var secrets: [[UInt8]] = []

    package init() {}

    /// - Parameter secret: as the plugin was given it.
    package mutating func learn(_ secret: some Collection<UInt8>) {
        guard !secret.isEmpty, secrets.count < 64 else { return }
        let bare = Array(secret)
        // As a quoted string of IMAP has it (RFC 9051, section 4.3).
        let quoted = bare.flatMap { $0 == 0x22 || $0 == 0x5c ? [0x5c, $0] : [$0] }
        for form in [bare, quoted] where !secrets.contains(form) { secrets.append(form) }
    }

    func clean(_ text: String?) -> String? { text.map { clean($0) } }

    package func clean(_ text: String) -> String {
        var bytes = Array(text.utf8)
        let before = bytes.count
        var isCut = false
        for secret in secrets { isCut = SecretCut.cut(secret, from: &bytes) || isCut }
        isCut = cutTokens(from: &bytes) || isCut
        return isCut || bytes.count != before ? String(decoding: bytes, as: UTF8.self) : text
    }

    // MARK: as it is

    private static func cut(_ secret: [UInt8], from bytes: inout [UInt8]) -> Bool {
        var at = 0
        var isCut = false
        while at + secret.count <= bytes.count {
            guard bytes[at] == secret[0], bytes[at..<at + secret.count].elementsEqual(secret),
                secret.count >= longEnough || standsAlone(at, at + secret.count, bytes)
            else {
                at += 1
                continue
            }
            bytes.replaceSubrange(at..<at + secret.count, with: mark)
            at += mark.count
            isCut = true
        }
        return isCut
    }

    private static func standsAlone(_ from: Int, _ to: Int, _ bytes: [UInt8]) -> Bool {
        !(from > 0 && isWord(bytes[from - 1]) && isWord(bytes[from]))
            && !(to < bytes.count && isWord(bytes[to]) && isWord(bytes[to - 1]))
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x80...: true
        default: false
        }
    }

    // MARK: encoded, and behind the words of a login

    /// Base64 that has a secret in it, and whatever stands behind AUTH and a mechanism, or behind Bearer.
    private func cutTokens(from bytes: inout [UInt8]) -> Bool {
        var at = 0
        var isCut = false
        var words: (last: String, before: String) = ("", "")
        while at < bytes.count {
            guard SecretCut.isToken(bytes[at]) else {
                at += 1
                continue
            }
            var end = at
            while end < bytes.count, SecretCut.isToken(bytes[end]) { end += 1 }
            let token = bytes[at..<end]
            if token.count >= 8, SecretCut.isLogin(words.last, words.before) || hasSecret(token) {
                bytes.replaceSubrange(at..<end, with: SecretCut.mark)
                end = at + SecretCut.mark.count
                isCut = true
            }
            words = (token.count <= 16 ? String(decoding: token, as: UTF8.self).lowercased() : "", words.last)
            at = end
        }
        return isCut
    }

    private static func isLogin(_ last: String, _ before: String) -> Bool {
        last == "bearer" || (before == "auth" || before == "authenticate") && mechanisms.contains(last)
    }

    private static let mechanisms: Set = ["plain", "login", "xoauth2", "oauthbearer", "cram-md5", "ntlm"]

    private func hasSecret(_ token: ArraySlice<UInt8>) -> Bool {
        guard !secrets.isEmpty, token.count <= 16_384 else { return false }
        let bare = token.prefix { $0 != 0x3d }
        let padded = Array(bare) + [UInt8](repeating: 0x3d, count: (4 - bare.count % 4) % 4)
        guard let clear = Base64.decode(String(decoding: padded, as: UTF8.self)) else { return false }
        return secrets.contains { secret in
            clear.count >= secret.count
                && (0...clear.count - secret.count).contains { clear[$0..<$0 + secret.count].elementsEqual(secret) }
        }
    }

    /// Base64, its variant for URLs, and the dots that part the pieces of a token.
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2b, 0x2f, 0x3d, 0x2d, 0x5f, 0x2e: true
        default: false
        }
    }
}

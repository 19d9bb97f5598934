import Base

/// What a server says in the challenge by which it refuses an access token: JSON in base64 (RFC 7628, section 3.2.2).
package struct TokenRefusal: Sendable, Equatable {
    /// `invalid_token`, `400` ...; nil where it says none.
    package let status: String?
    /// All of it, in one line.
    package let words: String

    private static let longest = 4096

    /// Nil where the challenge is empty, or no text in base64.
    package init?(challenge: String) {
        let bare = challenge.filter { $0 != " " }
        guard !bare.isEmpty, bare.utf8.count <= TokenRefusal.longest, let bytes = Base64.decode(bare), !bytes.isEmpty
        else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        words = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }))
        let said = (try? JSON.parse(bytes))?["status"]
        status = said?.text ?? said?.int.map { String($0) }
    }

    /// Writes it into a failure, behind the server's own words.
    package func add(to failure: inout Failure) {
        failure.code = failure.code ?? status
        failure.serverText = [failure.serverText, words].compactMap { $0 }.joined(separator: " ")
    }
}

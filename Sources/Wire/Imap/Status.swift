extension Imap {
    /// OK, NO, BAD, PREAUTH or BYE with its code and text (RFC 9051, section 7.1: resp-cond-state).
    package struct Status: Sendable, Equatable {
        package enum Kind: String, Sendable {
            case ok = "OK"
            case no = "NO"
            case bad = "BAD"
            case preauth = "PREAUTH"
            case bye = "BYE"
        }

        package var kind: Kind
        package var code: ResponseCode?
        /// The server's words, without the code.
        package var text: String

        package init(_ kind: Kind, code: ResponseCode? = nil, text: String) {
            self.kind = kind
            self.code = code
            self.text = text
        }

        /// Nil, and nothing taken, where another word is next.
        init?(_ scanner: inout Scanner) {
            let start = scanner.position
            let word = scanner.atom()
            if scanner.word(word, is: "OK") {
                kind = .ok
            } else if scanner.word(word, is: "NO") {
                kind = .no
            } else if scanner.word(word, is: "BAD") {
                kind = .bad
            } else if scanner.word(word, is: "BYE") {
                kind = .bye
            } else if scanner.word(word, is: "PREAUTH") {
                kind = .preauth
            } else {
                scanner.position = start
                return nil
            }
            scanner.spaces()
            code = scanner.current == 0x5b ? ResponseCode(&scanner) : nil
            scanner.spaces()
            text = Imap.text(scanner.rest)
        }

        /// Code and text as the server said them: for people.
        package var words: String {
            guard let code else { return text }
            return text.isEmpty ? "[\(code.words)]" : "[\(code.words)] \(text)"
        }
    }
}

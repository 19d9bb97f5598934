extension Pop3 {
    /// The first line of an answer (RFC 1939, section 3; RFC 2449, section 8; RFC 5034, section 4).
    package struct Reply: Sendable, Equatable {
        package enum Kind: Sendable, Equatable {
            case ok, err
            /// `+` alone: the server waits for the next answer of a login.
            case goAhead
        }

        package let kind: Kind
        /// The extended response code in upper case, without its brackets: `IN-USE`, `SYS/TEMP`.
        package let code: String?
        /// The server's words, without the code.
        package let text: String

        package init(_ kind: Kind, code: String? = nil, text: String = "") {
            self.kind = kind
            self.code = code
            self.text = text
        }

        package var isOK: Bool { kind == .ok }

        /// Nil where the line is no reply. Upper and lower case are the same, and blanks before it are passed over.
        init?(_ line: UnsafeRawBufferPointer) {
            var rest = line[...].drop { $0 == 0x20 || $0 == 0x09 }
            guard let first = rest.popFirst() else { return nil }
            switch first {
            case UInt8(ascii: "+"):
                if Self.take("OK", &rest) {
                    kind = .ok
                } else if rest.first.map({ $0 == 0x20 }) ?? true {
                    kind = .goAhead
                } else {
                    return nil
                }
            case UInt8(ascii: "-"):
                guard Self.take("ERR", &rest) else { return nil }
                kind = .err
            default: return nil
            }
            rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
            code = kind == .goAhead ? nil : Self.code(&rest)
            text = Pop3.text(rest.drop { $0 == 0x20 || $0 == 0x09 })
        }

        /// Takes the word, with a character behind it that is no letter.
        private static func take(_ word: StaticString, _ rest: inout Slice<UnsafeRawBufferPointer>) -> Bool {
            let octets = word.octets
            guard rest.count >= octets.count, zip(rest, octets).allSatisfy({ $0.upperCased == $1 }) else {
                return false
            }
            let after = rest.dropFirst(octets.count)
            if let next = after.first, (0x41...0x5a).contains(next.upperCased) || next.isDigit { return false }
            rest = after
            return true
        }

        /// `[IN-USE]`: at most 64 octets of letters, digits, hyphens and slashes; anything else is text.
        private static func code(_ rest: inout Slice<UnsafeRawBufferPointer>) -> String? {
            guard rest.first == UInt8(ascii: "["),
                let end = rest.prefix(66).firstIndex(of: UInt8(ascii: "]"))
            else { return nil }
            let inside = rest[(rest.startIndex + 1)..<end]
            let isCode = inside.allSatisfy {
                (0x41...0x5a).contains($0.upperCased) || $0.isDigit || $0 == UInt8(ascii: "-")
                    || $0 == UInt8(ascii: "/")
            }
            guard isCode, !inside.isEmpty else { return nil }
            rest = rest[(end + 1)...]
            return String(decoding: inside.map(\.upperCased), as: UTF8.self)
        }

        /// Code and text as the server said them: for people.
        package var words: String {
            guard let code else { return text }
            return text.isEmpty ? "[\(code)]" : "[\(code)] \(text)"
        }
    }
}

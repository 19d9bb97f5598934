extension Imap {
    /// What a server says that it can do (RFC 9051, section 7.2.2): names in upper case.
    package struct Capabilities: Sendable, Equatable {
        package private(set) var names: Set<String> = []

        package init() {}

        package init(_ names: some Sequence<String>) {
            self.names = Set(names.map { $0.uppercased() })
        }

        /// The words up to the end. At most a thousand are kept.
        init(_ scanner: inout Scanner) {
            while names.count < 1000 {
                scanner.spaces()
                let word = scanner.atom()
                if word.isEmpty { return }
                names.insert(scanner.string(word).uppercased())
            }
        }

        /// What IMAP4rev2 has in it (RFC 9051, appendix E), each with its own name: so each can be left out.
        private static let included = [
            "BINARY", "CHILDREN", "ENABLE", "ESEARCH", "IDLE", "LIST-EXTENDED", "LIST-STATUS", "LITERAL-", "MOVE",
            "NAMESPACE", "SASL-IR", "SEARCHRES", "SPECIAL-USE", "STATUS=SIZE", "UIDPLUS", "UNSELECT",
        ]

        /// The same without these names, in upper case. CONDSTORE takes QRESYNC along, which needs it.
        package func without(_ off: Set<String>) -> Capabilities {
            var result = self
            if names.contains("IMAP4REV2") { result.names.formUnion(Capabilities.included) }
            if names.contains("QRESYNC") { result.names.insert("CONDSTORE") }
            result.names.subtract(off)
            if off.contains("CONDSTORE") { result.names.remove("QRESYNC") }
            return result
        }

        package func has(_ name: String) -> Bool { names.contains(name) }

        /// AUTH=PLAIN and its like.
        package func offers(mechanism: String) -> Bool { names.contains("AUTH=\(mechanism)") }

        /// CONDSTORE (RFC 7162), which QRESYNC includes.
        package var condstore: Bool { has("CONDSTORE") || has("QRESYNC") }

        /// UID EXPUNGE, APPENDUID and COPYUID (RFC 4315).
        package var uidPlus: Bool { has("UIDPLUS") || has("IMAP4REV2") }
        /// RFC 6851
        package var move: Bool { has("MOVE") || has("IMAP4REV2") }
        /// RFC 2177
        package var idle: Bool { has("IDLE") || has("IMAP4REV2") }

        /// Octets of the largest message that APPEND takes (RFC 7889): nil where the server does not say.
        package var appendLimit: Int64? {
            names.first { $0.hasPrefix("APPENDLIMIT=") }.flatMap { Int64($0.dropFirst(12)) }
        }

        /// How a literal may be sent without waiting (RFC 7888): up to how many octets.
        package var literalWithoutWaiting: Int {
            has("LITERAL+") ? Int.max : has("LITERAL-") || has("IMAP4REV2") ? 4096 : 0
        }
    }
}

extension Pop3 {
    /// What a server says that it can do (RFC 2449, section 6). An absent answer to CAPA is nil where this is held: of
    /// such a server nothing is known, and everything is tried.
    package struct Capabilities: Sendable, Equatable {
        /// In upper case, each with its arguments in the server's spelling.
        package private(set) var names: [String: [String]] = [:]

        package init() {}

        /// One line of the listing. At most 256 are kept.
        mutating func add(_ line: UnsafeRawBufferPointer) {
            var words = Pop3.text(line.map { $0 == 9 ? 0x20 : $0 }).split(separator: " ").prefix(64).map(String.init)
            guard let name = words.first?.uppercased(), names.count < 256 else { return }
            words.removeFirst()
            // A name twice: SASL in two lines is one.
            names[name, default: []] += words
        }

        package func has(_ name: String) -> Bool { names[name] != nil }

        /// Whether commands may be sent without waiting for the answer (RFC 2449, section 6.6).
        package var pipelining: Bool { has("PIPELINING") }

        /// The mechanisms of AUTH (RFC 5034), in upper case.
        package var mechanisms: [String] { (names["SASL"] ?? []).map { $0.uppercased() } }

        /// Milliseconds between two logins (RFC 2449, section 6.5), at most a day; nil where none are asked for.
        package var loginDelayMs: Int64? {
            guard let first = names["LOGIN-DELAY"]?.first, let seconds = Int64(first), seconds > 0 else { return nil }
            return min(seconds, 86_400) * 1000
        }
    }
}

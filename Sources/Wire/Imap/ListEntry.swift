import Base

extension Imap {
    /// A mailbox as LIST, LSUB or XLIST names it (RFC 9051, section 7.3.1; RFC 6154).
    package struct ListEntry: Sendable, Equatable {
        /// `\Noselect`, `\Sent` ..., as the server spells them.
        package var attributes: [String]
        /// Nil where the mailbox has no levels.
        package var delimiter: String?
        /// The name as it came, in modified UTF-7 or UTF-8: what the server wants to hear again.
        package var name: [UInt8]

        package init(attributes: [String], delimiter: String?, name: [UInt8]) {
            self.attributes = attributes
            self.delimiter = delimiter
            self.name = name
        }

        /// What comes after the name (CHILDINFO, OLDNAME) is passed over.
        init(_ scanner: inout Scanner) throws(Failure) {
            attributes = try scanner.words()
            scanner.spaces()
            let bytes = try scanner.nstring()
            delimiter = bytes.flatMap { $0.isEmpty ? nil : String(decoding: $0, as: UTF8.self) }
            scanner.spaces()
            name = try scanner.mailbox()
        }

        /// Whether it has an attribute, whatever its case.
        package func has(_ attribute: String) -> Bool {
            let wanted = attribute.lowercased()
            return attributes.contains { $0.lowercased() == wanted }
        }
    }
}

extension Scanner {
    /// A mailbox name: an astring; unquoted with blanks and brackets in it, as some servers have it, too.
    mutating func mailbox() throws(Failure) -> [UInt8] { try astring() }
}

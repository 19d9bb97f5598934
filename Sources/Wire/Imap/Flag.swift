extension Imap {
    /// The names of flags (RFC 9051, section 2.3.2).
    package enum Flag {
        /// Whether it can stand in a command: an atom, with a backslash before it or not.
        package static func isValid(_ flag: String) -> Bool {
            var bytes = Array(flag.utf8)[...]
            if bytes.first == 0x5c { bytes.removeFirst() }
            return !bytes.isEmpty && bytes.count <= 200 && bytes.allSatisfy(isAtomic)
        }

        /// ATOM-CHAR (RFC 9051, section 9).
        private static func isAtomic(_ byte: UInt8) -> Bool {
            switch byte {
            // ( ) { % * " \ ]
            case 0x28, 0x29, 0x7b, 0x25, 0x2a, 0x22, 0x5c, 0x5d: false
            case 0x21...0x7e: true
            default: false
            }
        }

        /// Whether two names are one flag: case does not count.
        package static func same(_ first: String, _ second: String) -> Bool {
            first == second || first.lowercased() == second.lowercased()
        }
    }
}

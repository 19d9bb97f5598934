import Base

extension Imap {
    /// The answer to NAMESPACE (RFC 2342; RFC 9051, section 7.3.3): where the mailboxes of others are.
    package struct Namespaces: Sendable, Equatable {
        package struct Space: Sendable, Equatable {
            /// What the names in it begin with, as the server spells it; often empty for the personal one.
            package var prefix: [UInt8]
            package var delimiter: String?

            package init(prefix: [UInt8], delimiter: String?) {
                self.prefix = prefix
                self.delimiter = delimiter
            }
        }

        package var personal: [Space]
        package var others: [Space]
        package var shared: [Space]

        package init(personal: [Space] = [], others: [Space] = [], shared: [Space] = []) {
            self.personal = personal
            self.others = others
            self.shared = shared
        }

        /// `(("" "/")) (("~" "/")) NIL`; at most a hundred of each kind, extensions passed over.
        init(_ scanner: inout Scanner) throws(Failure) {
            func spaces() throws(Failure) -> [Space] {
                scanner.spaces()
                if scanner.isAtEnd { return [] }
                guard let items = try scanner.value().items else { throw scanner.malformed("a list is missing") }
                return items.prefix(100).compactMap { item in
                    guard let pair = item.items, let first = pair.first else { return nil }
                    let delimiter = pair.count > 1 ? pair[1].text : nil
                    return Space(prefix: first.bytes ?? [], delimiter: delimiter?.isEmpty == true ? nil : delimiter)
                }
            }
            personal = try spaces()
            others = try spaces()
            shared = try spaces()
        }
    }

    /// The answer to MYRIGHTS (RFC 4314, section 3.8): what the user may do with a mailbox.
    package struct MyRights: Sendable, Equatable {
        package var name: [UInt8]
        /// One letter each.
        package var rights: String

        package init(name: [UInt8], rights: String) {
            self.name = name
            self.rights = rights
        }

        init(_ scanner: inout Scanner) throws(Failure) {
            name = try scanner.mailbox()
            scanner.spaces()
            rights = String(decoding: try scanner.nstring() ?? [], as: UTF8.self)
        }
    }
}

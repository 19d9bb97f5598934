import Base

extension Imap {
    /// The answer to STATUS (RFC 9051, section 7.3.4).
    package struct MailboxStatus: Sendable, Equatable {
        package var name: [UInt8]
        /// Counters by their name in upper case; those that are -1 or NIL are left out.
        package var counters: [String: UInt64] = [:]

        /// MAILBOXID (RFC 8474)
        package var objectID: String?

        package init(name: [UInt8], counters: [String: UInt64], objectID: String? = nil) {
            self.name = name
            self.counters = counters
            self.objectID = objectID
        }

        init(_ scanner: inout Scanner) throws(Failure) {
            name = try scanner.mailbox()
            scanner.spaces()
            guard let items = try scanner.value().items else { throw scanner.malformed("a list is missing") }
            var index = 0
            while index + 1 < items.count, counters.count < 100 {
                guard let key = items[index].text?.uppercased() else { break }
                if key == "MAILBOXID" {
                    objectID = items[index + 1].objectID
                } else if let number = items[index + 1].number {
                    counters[key] = UInt64(number)
                }
                index += 2
            }
        }
    }
}

extension Imap {
    /// What EXAMINE or SELECT said of a mailbox (RFC 9051, section 6.3.2), and what was announced since.
    package struct SelectedMailbox: Sendable, Equatable {
        package var name: [UInt8]
        /// Messages at the moment of selecting; `exists` counts on.
        package var existsAtSelect: UInt32 = 0
        package var exists: UInt32 = 0
        /// Nil where the server does not say (163.com).
        package var uidNext: UInt32?
        package var uidValidity: UInt32?
        /// Nil without CONDSTORE, for this mailbox, or where it is -1 or 0.
        package var highestModSeq: UInt64?
        /// MAILBOXID (RFC 8474)
        package var objectID: String?
        /// Messages announced as expunged since.
        package var expunged: UInt32 = 0

        /// Whether nothing may be changed: EXAMINE, or the server says READ-ONLY.
        package var isReadOnly: Bool
        /// The flags that the server keeps, `\*` for any keyword besides. Nil where it does not say: then all.
        package var permanentFlags: [String]?

        package init(name: [UInt8], isReadOnly: Bool = true) {
            self.name = name
            self.isReadOnly = isReadOnly
        }

        /// Whether the server keeps this flag (RFC 9051, section 7.1: PERMANENTFLAGS).
        package func keeps(_ flag: String) -> Bool {
            guard let permanentFlags else { return true }
            let isKeyword = flag.utf8.first != 0x5c
            return permanentFlags.contains { Flag.same($0, flag) || (isKeyword && $0 == "\\*") }
        }

        mutating func take(_ code: ResponseCode) {
            switch code.name {
            case "UIDNEXT": uidNext = code.number.flatMap { $0 == 0 ? nil : UInt32(clamping: $0) }
            case "UIDVALIDITY": uidValidity = code.number.map { UInt32(clamping: $0) }
            case "HIGHESTMODSEQ": highestModSeq = code.number.flatMap { $0 == 0 ? nil : $0 }
            case "NOMODSEQ": highestModSeq = nil
            case "MAILBOXID": objectID = code.object
            // What came until now was of the mailbox before (RFC 7162, section 3.2.11).
            case "CLOSED": self = SelectedMailbox(name: name, isReadOnly: isReadOnly)
            case "READ-ONLY": isReadOnly = true
            case "PERMANENTFLAGS": if case .permanentFlags(let flags) = code.value { permanentFlags = flags }
            default: break
            }
        }

        mutating func take(_ response: Response) {
            switch response {
            case .exists(let count): exists = count
            case .expunge:
                if exists > 0 { exists -= 1 }
                expunged &+= 1
            case .vanished(let vanished) where !vanished.earlier:
                let count = UInt32(clamping: vanished.uids.count)
                exists -= min(count, exists)
                expunged &+= count
            default: break
            }
        }
    }
}

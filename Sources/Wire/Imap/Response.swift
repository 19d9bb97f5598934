import Base

extension Imap {
    /// One whole answer of the server (RFC 9051, section 9: response).
    package enum Response: Sendable, Equatable {
        /// `+ ...`: the server waits for more of a command.
        case goAhead(String)
        case tagged(String, Status)
        /// Untagged OK, NO, BAD, PREAUTH, BYE.
        case status(Status)
        case capability(Capabilities)
        case enabled([String])
        case list(ListEntry)
        case mailboxStatus(MailboxStatus)
        case flags([String])
        case search(SearchResult)
        case exists(UInt32)
        case recent(UInt32)
        case expunge(UInt32)
        case vanished(Vanished)
        case fetch(FetchData)
        case id([IDField])
        case namespaces(Namespaces)
        case myRights(MyRights)
        /// One that this parser has no rule for (QUOTA, ACL ...): its name, in upper case.
        case other(String)
        /// One that has a rule and cannot be read by it. It is passed over: the rest of the dialogue still counts.
        case damaged(name: String, why: String)

        /// Reads a response whose literals are all there (or were streamed). Throws only where the tag or the
        /// status of a command is unreadable: without them the dialogue has lost its thread.
        static func parse(_ bytes: [UInt8], streamed: [Int], limits: Limits) throws(Failure) -> Response {
            var scanner = Scanner(bytes, streamed: streamed, limits: limits)
            if scanner.take(0x2b) {
                scanner.spaces()
                return .goAhead(Imap.text(scanner.rest))
            }
            if scanner.take(0x2a) {
                scanner.spaces()
                return try untagged(&scanner)
            }
            let tag = scanner.atom()
            guard !tag.isEmpty else { throw scanner.malformed("a tag is missing") }
            scanner.spaces()
            guard let status = Status(&scanner) else { throw scanner.malformed("OK, NO or BAD is missing") }
            return .tagged(scanner.string(tag), status)
        }

        /// The rest after `* `.
        private static func untagged(_ scanner: inout Scanner) throws(Failure) -> Response {
            if let status = Status(&scanner) { return .status(status) }
            let start = scanner.position
            do throws(Failure) {
                if let byte = scanner.current, byte.isDigit || byte == 0x2d { return try numbered(&scanner) }
                return try named(&scanner)
            } catch {
                let name = scanner.bytes[start...].prefix(40).prefix { $0 > 0x20 && $0 != 0x28 && $0 < 0x7f }
                return .damaged(name: Imap.text(name).uppercased(), why: error.serverText ?? error.message)
            }
        }

        /// `n EXISTS`, `n FETCH (...)` and their like. Courier counts from 0 at times.
        private static func numbered(_ scanner: inout Scanner) throws(Failure) -> Response {
            let number = UInt32(clamping: try scanner.number() ?? 0)
            scanner.spaces()
            let name = scanner.atom()
            if scanner.word(name, is: "FETCH") {
                var reader = FetchReader(number: number, at: scanner.position)
                try reader.read(&scanner)
                guard reader.isDone else { throw scanner.malformed("a FETCH has no end") }
                return .fetch(reader.data)
            }
            if scanner.word(name, is: "EXISTS") { return .exists(number) }
            if scanner.word(name, is: "RECENT") { return .recent(number) }
            if scanner.word(name, is: "EXPUNGE") { return .expunge(number) }
            return .other(scanner.string(name).uppercased())
        }

        private static func named(_ scanner: inout Scanner) throws(Failure) -> Response {
            let name = scanner.atom()
            scanner.spaces()
            switch scanner.string(name).uppercased() {
            case "CAPABILITY": return .capability(Capabilities(&scanner))
            case "ENABLED": return .enabled(Capabilities(&scanner).names.sorted())
            case "LIST", "LSUB", "XLIST": return .list(try ListEntry(&scanner))
            case "STATUS": return .mailboxStatus(try MailboxStatus(&scanner))
            case "FLAGS": return .flags(try scanner.words())
            case "SEARCH": return .search(try SearchResult(search: &scanner))
            case "ESEARCH": return .search(try SearchResult(esearch: &scanner))
            case "VANISHED": return .vanished(try Vanished(&scanner))
            case "NAMESPACE": return .namespaces(try Namespaces(&scanner))
            case "MYRIGHTS": return .myRights(try MyRights(&scanner))
            case "ID": return .id(try IDField.list(&scanner))
            case let other: return .other(other)
            }
        }
    }
}

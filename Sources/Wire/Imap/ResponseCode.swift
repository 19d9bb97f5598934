import Base

extension Imap {
    /// The code in brackets before a status text (RFC 9051, section 7.1; RFC 5530; RFC 7162).
    package struct ResponseCode: Sendable, Equatable {
        package enum Value: Sendable, Equatable {
            case capability(Capabilities)
            case permanentFlags([String])
            case number(UInt64)
            /// MAILBOXID (RFC 8474)
            case object(String)
            /// APPENDUID (RFC 4315): the UIDs that the messages have now.
            case appended(NumberSet)
            /// COPYUID (RFC 4315): the UIDs of the copies, in the target.
            case copied(NumberSet)
            /// No argument, or one that nobody here asks for.
            case none
        }

        /// In upper case; `AUTHENTICATION FAILED` (Google's, with a blank) is `AUTHENTICATIONFAILED`.
        package let name: String
        package let value: Value
        /// What stood between the brackets.
        package let words: String

        package init(_ name: String, _ value: Value = .none) {
            self.name = name
            self.value = value
            words = name
        }

        /// Nil, and nothing taken, where the bracket does not close: then it is text.
        init?(_ scanner: inout Scanner) {
            guard let close = ResponseCode.end(scanner) else { return nil }
            let inside = scanner.position + 1..<close
            words = Imap.text(scanner.bytes[inside])
            var inner = Scanner(Array(scanner.bytes[inside]), limits: scanner.limits)
            scanner.position = close + 1
            let word = inner.atom()
            let name = inner.string(word).uppercased()
            inner.spaces()
            switch name {
            case "CAPABILITY":
                value = .capability(Capabilities(&inner))
            case "PERMANENTFLAGS":
                value = ((try? inner.words()) ?? nil).map { .permanentFlags($0) } ?? .none
            case "UIDNEXT", "UIDVALIDITY", "UNSEEN", "HIGHESTMODSEQ":
                value = ((try? inner.number()) ?? nil).map { .number($0) } ?? .none
            case "MAILBOXID":
                value = ((try? inner.value()) ?? .none).objectID.map { .object($0) } ?? .none
            case "APPENDUID", "COPYUID":
                value = ((try? ResponseCode.placed(&inner, isCopy: name == "COPYUID")) ?? nil) ?? .none
            default:
                value = .none
            }
            self.name =
                name == "AUTHENTICATION" && words.uppercased() == "AUTHENTICATION FAILED"
                ? "AUTHENTICATIONFAILED" : name
        }

        /// `38505 3955` or `38505 304,319:320 3956:3958`; nil where it is neither.
        private static func placed(_ scanner: inout Scanner, isCopy: Bool) throws(Failure) -> Value? {
            guard try scanner.number() != nil else { return nil }
            scanner.spaces()
            let first = try NumberSet(&scanner)
            if !isCopy { return .appended(first) }
            scanner.spaces()
            return .copied(try NumberSet(&scanner))
        }

        /// The UID of a single message that was appended or copied.
        package var placedUID: UInt32? {
            switch value {
            case .appended(let uids), .copied(let uids):
                uids.count == 1 ? uids.ranges.first.map(\.lowerBound) : nil
            case .capability, .permanentFlags, .number, .object, .none: nil
            }
        }

        /// Where the bracket closes: one inside quotes or parentheses does not count.
        private static func end(_ scanner: Scanner) -> Int? {
            var quoted = false
            var depth = 0
            var index = scanner.position + 1
            while index < scanner.bytes.count {
                switch scanner.bytes[index] {
                case 0x5c where quoted: index += 1
                case 0x22: quoted.toggle()
                case 0x28 where !quoted: depth += 1
                case 0x29 where !quoted: depth -= 1
                case 0x5d where !quoted && depth <= 0: return index
                default: break
                }
                index += 1
            }
            return scanner.bytes[scanner.position...].firstIndex(of: 0x5d)
        }

        package var object: String? { if case .object(let name) = value { name } else { nil } }

        package var number: UInt64? { if case .number(let number) = value { number } else { nil } }
    }
}

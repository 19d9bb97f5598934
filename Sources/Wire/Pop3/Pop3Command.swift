import Base

extension Pop3 {
    /// One command (RFC 1939, sections 4 to 7; RFC 2449; RFC 2595; RFC 5034).
    package enum Command: Sendable, Equatable {
        case capa
        case stls
        case user([UInt8])
        case pass([UInt8])
        /// The digest that proves the password without sending it: `Pop3.apop`.
        case apop(user: [UInt8], digest: String)
        case auth(Imap.Mechanism)
        case stat
        /// The sizes of all messages.
        case list
        /// The unique-ids of all messages, or of one.
        case uidl(UInt32?)
        case retr(UInt32)
        /// The header, and no line of the body.
        case top(UInt32)
        case dele(UInt32)
        case rset
        case noop
        case quit

        /// What a positive reply brings.
        package enum Answer: Sendable, Equatable {
            /// One line.
            case line
            /// Lines to be read one by one, up to a period.
            case listing
            /// Octets of a message, up to a period.
            case content
        }

        package var answer: Answer {
            switch self {
            case .capa, .list, .uidl(nil): .listing
            case .retr, .top: .content
            default: .line
            }
        }

        /// Whether its text holds a password, or what proves one: never logged.
        package var isSecret: Bool {
            switch self {
            case .pass, .apop, .auth: true
            default: false
            }
        }

        /// As a failure names the step.
        package var step: String {
            switch self {
            case .capa: "capability"
            case .stls: "starttls"
            case .user, .pass, .apop, .auth: "auth"
            case .stat, .list, .uidl: "list"
            case .retr, .top: "fetch"
            case .dele: "delete"
            case .rset, .noop: "noop"
            case .quit: "quit"
            }
        }

        /// RFC 5034, section 4: an initial response goes along only where the line has at most 255 octets.
        static let initialLine = 255

        /// The lines, with their CRLF: the first at once, each further one after the server's go-ahead.
        /// - Throws: `MR_E_INVALID` naming `user` or `password` where it could end the line.
        package func encoded() throws(Failure) -> [[UInt8]] {
            switch self {
            case .capa: return [Self.line("CAPA")]
            case .stls: return [Self.line("STLS")]
            case .user(let name): return [Self.line("USER ", try Self.argument(name, "user"))]
            case .pass(let password): return [Self.line("PASS ", try Self.argument(password, "password"))]
            case .apop(let user, let digest):
                return [Self.line("APOP ", try Self.argument(user, "user") + [0x20] + Array(digest.utf8))]
            case .auth(let mechanism):
                let answers = mechanism.responses.map { Array(Base64.encode($0).utf8) }
                let short = Self.line("AUTH \(mechanism.name)")
                guard answers.count == 1, short.count + 1 + answers[0].count <= Self.initialLine else {
                    return [short] + answers.map { Self.line("", $0) }
                }
                return [Self.line("AUTH \(mechanism.name) ", answers[0])]
            case .stat: return [Self.line("STAT")]
            case .list: return [Self.line("LIST")]
            case .uidl(let number): return [Self.line(number.map { "UIDL \($0)" } ?? "UIDL")]
            case .retr(let number): return [Self.line("RETR \(number)")]
            case .top(let number): return [Self.line("TOP \(number) 0")]
            case .dele(let number): return [Self.line("DELE \(number)")]
            case .rset: return [Self.line("RSET")]
            case .noop: return [Self.line("NOOP")]
            case .quit: return [Self.line("QUIT")]
            }
        }

        private static func line(_ words: String, _ rest: [UInt8] = []) -> [UInt8] {
            Array(words.utf8) + rest + [13, 10]
        }

        private static func argument(_ bytes: [UInt8], _ field: String) throws(Failure) -> [UInt8] {
            guard !bytes.contains(where: { $0 == 0 || $0 == 10 || $0 == 13 }) else {
                throw .invalid(field, "has a character that no command may have")
            }
            return bytes
        }
    }
}

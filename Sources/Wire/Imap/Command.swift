extension Imap {
    /// What the client says (RFC 9051, section 6).
    package enum Command: Sendable, Equatable {
        case capability
        case noop
        case logout
        case startTLS
        case id([IDField])
        case login(user: [UInt8], password: [UInt8])
        case authenticate(Mechanism)
        /// Names of capabilities (RFC 5161).
        case enable([String])
        /// Every mailbox whose name fits; with `RETURN (...)` where options are given (RFC 5258).
        case list(pattern: [UInt8], returning: [String])
        case status(mailbox: [UInt8], items: [String])
        /// RFC 2342
        case namespace
        /// RFC 4314
        case myRights(mailbox: [UInt8])
        /// RFC 4978
        case compress
        /// Read-only.
        case examine(mailbox: [UInt8], Opening)
        /// By sequence numbers.
        case fetch(NumberSet, items: [String])
        case uidFetch(NumberSet, items: [String], changedSince: UInt64?)
        case uidSearch(String)

        /// Whether its text holds a password: never logged.
        package var isSecret: Bool {
            switch self {
            case .login, .authenticate: true
            default: false
            }
        }

        /// As a failure names the step.
        package var step: String {
            switch self {
            case .capability: "capability"
            case .noop: "noop"
            case .logout: "logout"
            case .startTLS: "starttls"
            case .id: "id"
            case .login, .authenticate: "auth"
            case .enable: "enable"
            case .list: "list"
            case .status: "status"
            case .namespace: "namespace"
            case .myRights: "myrights"
            case .compress: "compress"
            case .examine: "select"
            case .fetch, .uidFetch: "fetch"
            case .uidSearch: "search"
            }
        }
    }

    /// What else is asked for when a mailbox is opened (RFC 7162).
    package enum Opening: Sendable, Equatable {
        case plain
        /// HIGHESTMODSEQ
        case condStore
        /// What changed since: FETCH and VANISHED (EARLIER) before the answer. QRESYNC must have been enabled.
        case resync(Resync)
    }

    /// How to prove who one is (RFC 4422).
    package enum Mechanism: Sendable, Equatable {
        /// RFC 4616. `acting`: the one whose mailbox is meant, where it is another than the user's own.
        case plain(user: [UInt8], password: [UInt8], acting: [UInt8] = [])
        /// Never made a standard; the server asks for name and password in turn.
        case login(user: [UInt8], password: [UInt8])

        package var name: String {
            switch self {
            case .plain: "PLAIN"
            case .login: "LOGIN"
            }
        }

        /// What is sent, answer by answer.
        package var responses: [[UInt8]] {
            switch self {
            case .plain(let user, let password, let acting): [acting + [0] + user + [0] + password]
            case .login(let user, let password): [user, password]
            }
        }
    }
}

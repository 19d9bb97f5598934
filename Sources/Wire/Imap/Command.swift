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
        /// For reading and writing (RFC 9051, section 6.3.2).
        case select(mailbox: [UInt8])
        case create(mailbox: [UInt8])
        case subscribe(mailbox: [UInt8])
        /// Flags on or off; the server answers with what they are then.
        case uidStore(NumberSet, FlagChange, flags: [String])
        case uidCopy(NumberSet, mailbox: [UInt8])
        /// RFC 6851
        case uidMove(NumberSet, mailbox: [UInt8])
        /// RFC 4315
        case uidExpunge(NumberSet)
        /// Every message that is marked: not only one's own.
        case expunge
        /// The UIDs of messages with this Message-ID in their header, and perhaps of others that have it as a part.
        case uidSearchMessageID([UInt8])
        /// The message itself is the driver's to give, once it may: `Dialogue.mayGo`.
        case append(Append)
        /// RFC 2177: until the driver says DONE.
        case idle
        /// RFC 5465
        case notify(Notify)

        /// Whether its text holds a password: never logged.
        package var isSecret: Bool {
            switch self {
            case .login, .authenticate: true
            default: false
            }
        }

        /// Whether the driver has to give more of it, and to say where it ends.
        var isOpenEnded: Bool {
            switch self {
            case .append, .idle: true
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
            case .uidSearch, .uidSearchMessageID: "search"
            case .select: "select"
            case .create: "create"
            case .subscribe: "subscribe"
            case .uidStore: "store"
            case .uidCopy: "copy"
            case .uidMove: "move"
            case .uidExpunge, .expunge: "expunge"
            case .append: "append"
            case .idle: "idle"
            case .notify: "notify"
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
}

extension Imap {
    /// How a STORE changes flags (RFC 9051, section 6.4.6).
    package enum FlagChange: String, Sendable {
        case add = "+"
        case remove = "-"
    }

    /// A message that is put into a mailbox (RFC 9051, section 6.3.12).
    package struct Append: Sendable, Equatable {
        package var mailbox: [UInt8]
        /// Those that `Flag.isValid` takes.
        package var flags: [String]
        /// Milliseconds since 1970; nil: the server takes its own time.
        package var internalDate: Int64?
        package var size: Int64
        /// Whether the octet 0 is in it, which no other literal may have than that of RFC 3516.
        package var hasNUL: Bool

        /// Up to this size a message is sent along with the command where the server takes that. A larger one waits for the go-ahead,
        /// so that a refusal costs a round trip and not the message.
        static let sentWithoutWaiting = 64 << 10

        package init(
            mailbox: [UInt8], flags: [String] = [], internalDate: Int64? = nil, size: Int64, hasNUL: Bool = false
        ) {
            self.mailbox = mailbox
            self.flags = flags
            self.internalDate = internalDate
            self.size = size
            self.hasNUL = hasNUL
        }
    }

    /// What a server is to tell without being asked (RFC 5465).
    package struct Notify: Sendable, Equatable {
        /// Whether the mailbox that is selected is meant, too.
        package var selected: Bool
        package var mailboxes: [[UInt8]]
        /// MessageNew, MessageExpunge, FlagChange: the first two go together (section 5).
        package var events: [String]

        package init(selected: Bool, mailboxes: [[UInt8]], events: [String]) {
            self.selected = selected
            self.mailboxes = mailboxes
            self.events = events
        }
    }
}

/// What a program tells about a message that was sent: that it came back, waits, has arrived, or was answered by a
/// machine (RFC 3464, RFC 6533, RFC 8098, RFC 5965, RFC 3834, and the formats that came before them).
package struct MailReport: Sendable, Equatable {
    package enum Kind: String, Sendable {
        /// Of at least one recipient it is final that the message did not arrive.
        case bounce
        /// It has not arrived yet, and is still being tried.
        case delay
        /// It arrived, or was read.
        case receipt
        /// A machine answers in place of a person.
        case autoReply = "auto_reply"
        /// Somebody complained about it (feedback report).
        case abuse
        /// Written once for many: nobody waits for an answer.
        case newsletter
    }

    /// What became of the message for one recipient (RFC 3464, section 2.3.3).
    package enum Action: String, Sendable {
        case failed, delayed, delivered, relayed, expanded
    }

    package struct Recipient: Sendable, Equatable {
        /// What it may have been sent to: the address as the sender gave it first, then that to which it went in the end.
        package var addresses: [String]
        package var action: Action
        /// The SMTP reply code that the report quotes.
        package var smtp: Int32?
        /// The enhanced status code (RFC 3463): the one in the remote server's words, else the report's own.
        package var enhanced: String?
        /// The remote server's words, else those of the program that reports, in one line.
        package var words: String?
        /// The server that said so.
        package var remote: String?
        /// The command that was answered so, where the words name it: `rcpt` or `data`.
        package var step: String?

        package init(
            addresses: [String], action: Action, smtp: Int32? = nil, enhanced: String? = nil, words: String? = nil,
            remote: String? = nil, step: String? = nil
        ) {
            self.addresses = addresses
            self.action = action
            self.smtp = smtp
            self.enhanced = enhanced
            self.words = words
            self.remote = remote
            self.step = step
        }
    }

    package var kind: Kind
    package var recipients: [Recipient] = []
    /// Message-IDs that the reported message may have, the surest first.
    package var originals: [String] = []
    /// What the sender called the transaction (RFC 3461, ENVID).
    package var envelopeID: String?
    /// The reported message's subject, where the report says it.
    package var subject: String?

    package init(_ kind: Kind) { self.kind = kind }
}

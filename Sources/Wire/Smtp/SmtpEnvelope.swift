/// What a transaction is about: the envelope, and what has to be said of the content.
package struct SmtpEnvelope: Sendable, Equatable {
    /// The reverse path; empty for `<>`.
    package var from: String
    package var recipients: [String]
    /// Octets of the content.
    package var size: Int64
    /// Whether the content has octets above 127.
    package var eightBit: Bool
    /// Whether an address or a header field needs SMTPUTF8 (RFC 6531).
    package var utf8: Bool

    package init(from: String, recipients: [String], size: Int64, eightBit: Bool = false, utf8: Bool = false) {
        self.from = from
        self.recipients = recipients
        self.size = size
        self.eightBit = eightBit
        self.utf8 = utf8
    }
}

/// A step of the dialogue, as failures name it.
package enum SmtpStep: String, Sendable {
    case greeting, capability, starttls, auth, reset, mail, rcpt, data, dot
}

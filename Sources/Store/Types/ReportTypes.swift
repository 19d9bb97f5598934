import Base

/// What a message tells about one that was sent (message.report): read before the transaction, explained already.
package struct IncomingReport: Sendable {
    /// bounce, delay, receipt, auto_reply or abuse.
    package var kind: String
    /// Message-IDs that the reported message may have, the surest first.
    package var originals: [String]
    /// The reported message's subject, where the report says it.
    package var subject: String?
    package var recipients: [ReportedRecipient]

    package init(
        kind: String, originals: [String] = [], subject: String? = nil, recipients: [ReportedRecipient] = []
    ) {
        self.kind = kind
        self.originals = originals
        self.subject = subject
        self.recipients = recipients
    }

    /// Whether it tells of what has not arrived, by its nature from elsewhere.
    var isReturn: Bool { kind == "bounce" || kind == "delay" }

    /// Whether whoever wrote it had got the message: not so of somebody who only complains.
    var provesSending: Bool { kind != "abuse" }
}

/// What became of the message for one recipient.
package struct ReportedRecipient: Sendable {
    /// The addresses that the recipient may have had, the surest first; none where the report does not say who it is.
    package var addresses: [String]
    /// failed, delayed, delivered, relayed or expanded.
    package var action: String
    /// Why, where it has failed or waits: class, cause, advice, codes and words.
    package var failure: Failure?
    /// True where the failure passes by itself.
    package var temporary: Bool
    /// The server that said so.
    package var remote: String?

    package init(
        addresses: [String], action: String, failure: Failure? = nil, temporary: Bool = false, remote: String? = nil
    ) {
        self.addresses = addresses
        self.action = action
        self.failure = failure
        self.temporary = temporary
        self.remote = remote
    }

    /// What is final stands above what may still change, whichever comes first.
    static func rank(_ action: String) -> Int {
        switch action {
        case "failed": 4
        case "delivered": 3
        case "relayed", "expanded": 2
        case "delayed": 1
        default: 0
        }
    }
}

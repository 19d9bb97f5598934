import Base

/// A message to be sent. Its bytes are a sealed body, or come of a batch's template when its turn comes.
package struct NewSend: Sendable {
    package var account: Int64
    /// Nil for one of a batch, and where there is a small one.
    package var body: Int64?
    /// In place of `body`: stored together with the send.
    package var small: SmallBody?
    /// The envelope's sender.
    package var from: String
    /// The envelope's recipients, each once.
    package var recipients: [String]
    package var subject: String
    /// Without angle brackets.
    package var messageID: String
    /// Bytes on the wire.
    package var size: Int64
    /// True where an address or header is not ASCII (SMTPUTF8, RFC 6531).
    package var utf8: Bool
    /// Unique per account, while the send exists.
    package var idempotencyKey: String?
    /// Tells whether the same key comes with the same content; any length.
    package var contentDigest: [UInt8]
    /// Not before this time.
    package var sendAt: Int64?
    /// -1 low, 0 normal, 1 high.
    package var priority: Int64 = 0
    /// False: what fails is failed at once.
    package var autoRetry = true
    /// The stored message that it answers, and the thread that it is part of.
    package var answers: Int64?
    package var thread: Int64?
    /// For one of a batch: who gets it, and what stands in for the names of the template (`BatchRecipient`).
    package var template: Record?
    package var params: Record
    /// Of `params`: the account whose copy of the answered message gets \Answered once this one has been accepted.
    package static let answeredIn = "answered_in"

    package init(
        account: Int64, body: Int64?, from: String, recipients: [String], subject: String, messageID: String,
        size: Int64, utf8: Bool = false, idempotencyKey: String? = nil, contentDigest: [UInt8] = [],
        sendAt: Int64? = nil, params: Record = Record()
    ) {
        self.account = account
        self.body = body
        self.from = from
        self.recipients = recipients
        self.subject = subject
        self.messageID = messageID
        self.size = size
        self.utf8 = utf8
        self.idempotencyKey = idempotencyKey
        self.contentDigest = contentDigest
        self.sendAt = sendAt
        self.params = params
    }
}

package struct SendRow: Sendable {
    package var id: Int64
    package var account: Int64
    package var body: Int64?
    /// queued, sending, sent, retry_wait, failed, outcome_unknown, bounced or cancelled.
    package var state: String
    package var from: String
    /// Those whom the next attempt offers it to: who has neither accepted it nor been refused for good.
    package var recipients: [String]
    /// Those whom an attempt before was refused for good, as they were answered.
    package var refused: [RecipientOutcome] = []
    /// Those from whom it came back.
    package var bounced: [String] = []
    package var subject: String
    package var messageID: String
    package var size: Int64
    package var utf8: Bool
    package var params: Record
    package var createdAt: Int64
    package var sendAt: Int64?
    package var nextAttempt: Int64?
    /// Attempts so far, in all.
    package var attempts: Int64
    /// Those of them that were made before a person sent it again.
    package var former: Int64 = 0
    /// Whether somebody has accepted it in an attempt before: then nothing that is found of it tells of a later one.
    package var wasAccepted: Bool
    /// Of the attempt before.
    package var failureClass: String?
    /// False where what fails is failed at once.
    package var autoRetry = true
    /// The running attempt, in state `sending`, and whether its message was offered (the final dot may be out).
    package var attempt: Int64?
    package var offered: Bool
    /// -1 low, 0 normal, 1 high.
    package var priority: Int64 = 0
    /// Its body, where that is small and an attempt has just begun.
    package var content: [UInt8]?
    /// The batch that it is one of: then it has no body, and its content comes of the batch's template.
    package var batch: Int64?

    /// Attempts since it was queued, or sent again by a person.
    package var tries: Int64 { attempts - former }
}

/// What one recipient's server said.
package struct RecipientOutcome: Sendable {
    package var address: String
    /// accepted, refused or deferred.
    package var outcome: String
    package var failureClass: String?
    package var smtp: Int32?
    package var enhanced: String?
    package var serverText: String?

    package init(
        address: String, outcome: String, failureClass: String? = nil, smtp: Int32? = nil, enhanced: String? = nil,
        serverText: String? = nil
    ) {
        self.address = address
        self.outcome = outcome
        self.failureClass = failureClass
        self.smtp = smtp
        self.enhanced = enhanced
        self.serverText = serverText
    }
}

/// How an attempt ended.
package struct AttemptResult: Sendable {
    /// sent, retry_wait, failed, outcome_unknown, or queued (interrupted before anything was offered).
    package var newState: String
    /// accepted, partial, refused, deferred, failed, unknown or interrupted; nil: made from the rest. A report makes accepted
    /// and unknown ones `bounced`.
    package var outcome: String?
    package var recipients: [RecipientOutcome]
    /// The facts of the failure: class, cause, advice, reply codes, the server's words. Nil where it was sent.
    package var failure: Failure?
    /// True where the failure passes by itself.
    package var temporary: Bool
    /// For retry_wait: when to go again.
    package var nextAttempt: Int64?
    /// For failed, and temporary: from when on it is worth sending again.
    package var tryAfter: Int64?
    /// The account's whole queue waits as well.
    package var hold: QueueHold?
    /// Of the copy in Sent, once somebody has accepted the message.
    package var copy = SentCopy.none

    package init(
        newState: String, outcome: String? = nil, recipients: [RecipientOutcome] = [], failure: Failure? = nil,
        temporary: Bool = false, nextAttempt: Int64? = nil
    ) {
        self.newState = newState
        self.outcome = outcome
        self.recipients = recipients
        self.failure = failure
        self.temporary = temporary
        self.nextAttempt = nextAttempt
    }
}

/// Why the queue of an account waits, and until when: its provider's limit is reached.
package struct QueueHold: Sendable, Equatable {
    package var until: Int64
    package var failureClass: String
    /// The server's words.
    package var reason: String

    package init(until: Int64, failureClass: String, reason: String) {
        self.until = until
        self.failureClass = failureClass
        self.reason = reason
    }
}

/// What is to become of the copy of a sent message in the account's Sent folder.
package enum SentCopy: Sendable, Equatable {
    /// None is meant.
    case none
    /// The server keeps its own.
    case server
    /// To be put there, after so many milliseconds at the earliest.
    case wanted(afterMs: Int64)
}

/// How it became known what happened to a message whose outcome was unknown.
package enum SendEvidence: String, Sendable {
    /// It is in the Sent folder of its account, where the server put it.
    case sentFolder
    /// It came back to one of the mailboxes here.
    case echo
    /// Somebody reports that it could not be delivered: so it was accepted.
    case bounce
    /// The provider says so.
    case provider

    var words: String {
        switch self {
        case .sentFolder: "the server has put it into Sent"
        case .echo: "it has come in"
        case .bounce: "a report about it has come"
        case .provider: "the provider says so"
        }
    }
}

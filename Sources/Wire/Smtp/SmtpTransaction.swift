import Base
import CMailroom

/// One mail transaction (RFC 5321, section 3.3) without its I/O: says what to write and what to wait for.
///
///     while true { switch transaction.next() {
///       case .write(bytes): write them        case .read: transaction.receive(the next reply)
///       case .content: write the stuffed content, ask whether to go on, write the final period, then
///                      transaction.contentWritten()
///       case .finished: break } }
///
/// With PIPELINING (RFC 2920) MAIL, RCPT and DATA go out in groups; replies come in order. A recipient that is refused
/// does not stop the others. Where all are, no content is sent.
package struct SmtpTransaction: Sendable {
    package enum Action: Sendable, Equatable {
        case write([UInt8])
        case read
        case content
        case finished
    }

    /// What a reply will be about.
    private enum Expected: Sendable, Equatable {
        case mail, rcpt(Int), data, dot
        /// The period that ends a DATA nobody wanted (RFC 2920, section 3.1).
        case emptyDot
    }

    /// How many RCPT go out in one group: their replies fit into any buffer, so neither side can block the other.
    package static let group = 50

    package let envelope: SmtpEnvelope
    private let pipelining: Bool
    /// Commands not yet written, each with the reply it brings.
    private var commands: [(bytes: [UInt8], expected: Expected)]
    private var position = 0
    /// Replies still to come, oldest first.
    private var expected: [Expected] = []
    private var pending: [Action] = []
    private var ended = false

    /// What was said to each recipient's RCPT, by its place in the envelope; nil where it was not asked.
    package private(set) var replies: [SmtpReply?]
    /// The reply that ended the transaction: the one to the final period, or the refusal.
    package private(set) var final: SmtpReply?
    /// The step of `final`.
    package private(set) var step = SmtpStep.mail
    /// The server was in the middle of a transaction when it ended: RSET is needed before the next one.
    package private(set) var needsReset = false
    /// The server said 421: the connection is of no more use.
    package private(set) var isClosing = false

    /// - Throws: `MR_E_INVALID` for an address that cannot be sent; `MR_E_REFUSED` at the step `capability` where
    ///   SMTPUTF8 is needed and not offered, or (5.3.4, `send.too_large`) the message is too large: then not a word is
    ///   to be sent.
    package init(_ envelope: SmtpEnvelope, _ capabilities: SmtpCapabilities) throws(Failure) {
        guard !envelope.recipients.isEmpty else { throw .invalid("recipients", "there is none") }
        try Self.check(envelope, capabilities)
        self.envelope = envelope
        pipelining = capabilities.pipelining
        replies = Array(repeating: nil, count: envelope.recipients.count)
        let mail = SmtpCommand.mail(
            from: envelope.from, size: capabilities.size ? envelope.size : nil,
            eightBit: envelope.eightBit, utf8: envelope.utf8)
        commands = [(try mail.encoded(), .mail)]
        for (index, address) in envelope.recipients.enumerated() {
            commands.append((try SmtpCommand.rcpt(to: address, utf8: envelope.utf8).encoded(), .rcpt(index)))
        }
        commands.append((try SmtpCommand.data.encoded(), .data))
    }

    private static func check(_ envelope: SmtpEnvelope, _ capabilities: SmtpCapabilities) throws(Failure) {
        if envelope.utf8, !capabilities.smtpUTF8 {
            var failure = Failure(
                MR_E_REFUSED,
                "the message needs SMTPUTF8 (addresses outside of ASCII), and the server does not offer it")
            failure.step = SmtpStep.capability.rawValue
            failure.cause = "send.utf8"
            throw failure
        }
        if envelope.eightBit, !capabilities.eightBitMIME {
            var failure = Failure(
                MR_E_REFUSED, "the message has 8-bit content, and the server does not offer 8BITMIME")
            failure.step = SmtpStep.capability.rawValue
            failure.cause = "send.eight_bit"
            failure.enhanced = "5.6.3"
            throw failure
        }
        if let limit = capabilities.sizeLimit, envelope.size > limit {
            var failure = Failure(
                MR_E_REFUSED, "the message has \(envelope.size) octets, and the server takes \(limit) at most")
            failure.step = SmtpStep.capability.rawValue
            failure.cause = "send.too_large"
            failure.enhanced = "5.3.4"
            throw failure
        }
    }

    /// Whether anybody is to get the message.
    package var anyAccepted: Bool { replies.contains { $0?.isDone == true } }

    /// The server took the message.
    package var isAccepted: Bool { step == .dot && final?.isDone == true }

    /// The step whose reply is waited for, or that comes next.
    package var awaited: SmtpStep { expected.first.map(Self.step) ?? step }

    /// What to do now. After `.read` and `.content` the answer is given before it is called again.
    package mutating func next() -> Action {
        if !pending.isEmpty { return pending.removeFirst() }
        if !expected.isEmpty, !isClosing { return .read }
        if ended || position >= commands.count { return .finished }
        return .write(nextGroup())
    }

    /// The commands that may go out together: with PIPELINING the rest of the envelope, in groups; DATA ends one.
    private mutating func nextGroup() -> [UInt8] {
        var bytes: [UInt8] = []
        repeat {
            bytes += commands[position].bytes
            expected.append(commands[position].expected)
            position += 1
        } while pipelining && position < commands.count && expected.count < Self.group
        return bytes
    }

    /// Takes the next reply.
    /// - Throws: `MR_E_PROTOCOL` where it makes no sense at this point; the connection is to be closed then.
    package mutating func receive(_ reply: SmtpReply) throws(Failure) {
        guard !expected.isEmpty else { throw Failure(MR_E_PROTOCOL, "the server said something unasked") }
        let about = expected.removeFirst()
        if reply.isClosing {
            isClosing = true
            if final == nil { end(Self.step(about), reply) }
            return
        }
        switch about {
        case .mail:
            guard !reply.isIntermediate else { throw Self.outOfPlace(.mail, reply) }
            needsReset = reply.isDone
            if !reply.isDone { end(.mail, reply) }
        case .rcpt(let index):
            guard !reply.isIntermediate else { throw Self.outOfPlace(.rcpt, reply) }
            if final == nil { replies[index] = reply.brief }
            if index == replies.count - 1, final == nil, !anyAccepted { end(.rcpt, refusal ?? reply) }
        case .data:
            try receiveData(reply)
        case .dot:
            guard !reply.isIntermediate else { throw Self.outOfPlace(.dot, reply) }
            needsReset = false
            end(.dot, reply)
        case .emptyDot:
            // A server may even say 250 here: nobody was a recipient, so nothing was sent to anybody.
            needsReset = true
        }
    }

    /// Of the refused recipients' replies the one to go by: the first that says "later", else the first.
    private var refusal: SmtpReply? {
        let given = replies.compactMap(\.self)
        return given.first(where: \.isTransient) ?? given.first
    }

    private mutating func receiveData(_ reply: SmtpReply) throws(Failure) {
        if reply.isIntermediate {
            if final == nil {
                pending = [.content]
            } else {
                pending = [.write(SmtpDotStuffer.terminator)]
                expected = [.emptyDot]
            }
        } else if reply.isDone {
            throw Self.outOfPlace(.data, reply)
        } else if final == nil {
            end(.data, reply)
        }
    }

    /// The final period has been written: its reply is what counts.
    package mutating func contentWritten() {
        expected = [.dot]
    }

    private mutating func end(_ step: SmtpStep, _ reply: SmtpReply) {
        self.step = step
        final = reply
        ended = true
    }

    private static func step(_ about: Expected) -> SmtpStep {
        switch about {
        case .mail: .mail
        case .rcpt: .rcpt
        case .data: .data
        case .dot, .emptyDot: .dot
        }
    }

    private static func outOfPlace(_ step: SmtpStep, _ reply: SmtpReply) -> Failure {
        var failure = Failure(MR_E_PROTOCOL, "the server answered \(reply.code) where that makes no sense")
        failure.step = step.rawValue
        failure.smtp = reply.code
        failure.serverText = reply.text
        return failure
    }
}

import Base
import CMailroom
import PluginKit
import Wire

/// One message through one connection: does what the transaction says, and tells the host what became of whom.
struct SmtpDelivery {
    /// How much of the message is stuffed and written at once.
    private static let piece = 65_536

    enum Reset {
        case none
        /// A round trip of its own.
        case before
        /// In one group with what follows (RFC 2920).
        case along
    }

    var resets = Reset.none
    private let connection: SmtpConnection
    private var transaction: SmtpTransaction
    private let host: Host
    private var told: [Bool]

    init(_ connection: SmtpConnection, _ transaction: SmtpTransaction, _ host: Host) {
        self.connection = connection
        self.transaction = transaction
        self.host = host
        told = Array(repeating: false, count: transaction.replies.count)
    }

    /// Returns when the server took the message for at least one recipient.
    mutating func run(_ message: UnsafeRawBufferPointer) throws(Failure) {
        do throws(Failure) {
            try carryOut(message)
        } catch {
            // In the middle of a dialogue: there is no way back to its beginning.
            connection.abandon()
            throw error
        }
        if transaction.isAccepted {
            tellAccepted()
            return
        }
        if transaction.isClosing {
            connection.abandon()
        } else if transaction.needsReset {
            _ = try? connection.exchange(host, .rset, .reset)
        }
        guard let final = transaction.final else { throw Failure(MR_E_PROTOCOL, "the transaction did not end") }
        var failure = SmtpFailure.of(final, transaction.step)
        if transaction.isClosing { failure.message = "the server ended the connection" }
        throw failure
    }

    private mutating func carryOut(_ message: UnsafeRawBufferPointer) throws(Failure) {
        if resets == .before { try reset(along: []) }
        while true {
            switch transaction.next() {
            case .write(let bytes) where resets == .along: try reset(along: bytes)
            case .write(let bytes): try connection.write(host, bytes, transaction.awaited)
            case .read:
                try transaction.receive(connection.reply(host, transaction.awaited))
                try tellRefused()
            case .content:
                try content(message)
                return
            case .finished: return
            }
        }
    }

    /// - Throws: `MR_E_CONNECTION` where the connection is of no more use; a new session may be opened.
    private mutating func reset(along bytes: [UInt8]) throws(Failure) {
        resets = .none
        try connection.write(host, try SmtpCommand.rset.encoded() + bytes, .reset)
        let reply = try connection.reply(host, .reset)
        guard !reply.isDone else { return }
        var failure = SmtpFailure.of(reply, .reset)
        failure.result = mr_result(MR_E_CONNECTION)
        throw failure
    }

    /// The content, the question, the final period and its reply.
    private mutating func content(_ message: UnsafeRawBufferPointer) throws(Failure) {
        var stuffer = SmtpDotStuffer()
        var piece: [UInt8] = []
        piece.reserveCapacity(Self.piece + Self.piece / 8)
        var position = 0
        while position < message.count {
            let end = min(position + Self.piece, message.count)
            stuffer.feed(UnsafeRawBufferPointer(rebasing: message[position..<end]), into: &piece)
            try connection.write(host, piece, .data)
            piece.removeAll(keepingCapacity: true)
            position = end
            host.progress(done: Int64(position), total: Int64(message.count))
        }
        stuffer.finish(into: &piece)
        try connection.write(host, piece, .data)
        // From here on it cannot be taken back.
        try host.emit("offer")
        do throws(Failure) {
            try connection.write(host, SmtpDotStuffer.terminator, .dot)
            transaction.contentWritten()
            try transaction.receive(connection.reply(host, .dot))
        } catch {
            throw unknown(error)
        }
    }

    /// Nobody said what became of it.
    private func unknown(_ cause: Failure) -> Failure {
        var failure = cause
        failure.result = mr_result(MR_E_UNKNOWN_OUTCOME)
        failure.message = "the message was written whole, and no answer came: it may have been accepted"
        failure.step = SmtpStep.dot.rawValue
        return failure
    }

    // MARK: What became of whom

    /// Each recipient that was refused, as soon as it is known.
    private mutating func tellRefused() throws(Failure) {
        for (index, reply) in transaction.replies.enumerated() where !told[index] {
            guard let reply, !reply.isDone else { continue }
            told[index] = true
            try tell(index, reply.isTransient ? "deferred" : "refused", reply)
        }
    }

    /// The others, once the server has taken the message: with what it said to that. Where the host cannot take it down
    /// it knows so itself; the message is sent all the same.
    private mutating func tellAccepted() {
        for (index, reply) in transaction.replies.enumerated() where !told[index] && reply?.isDone == true {
            told[index] = true
            try? tell(index, "accepted", transaction.final ?? reply)
        }
    }

    private func tell(_ index: Int, _ outcome: String, _ reply: SmtpReply?) throws(Failure) {
        var fields = Record([
            "address": .text(transaction.envelope.recipients[index]), "outcome": .text(outcome),
        ])
        if let reply {
            fields.set("smtp", Int64(reply.code))
            fields.set("enhanced", reply.enhanced?.description)
            if !reply.text.isEmpty { fields.set("text", reply.text) }
        }
        try host.emit("recipient", fields)
    }
}

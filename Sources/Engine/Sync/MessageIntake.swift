import Base
import CMailroom
import Mime
import Store

/// One message on its way in: parsed as it streams, held in memory while small, staged in the store when not.
final class MessageIntake {
    /// A body beyond this goes to the store in pieces, so that memory does not follow its size.
    static let memoryLimit = 512 * 1024

    private let fields: Record
    private let store: Store
    private var parser = MessageParser()
    private var held: [UInt8] = []
    private var writer: BodyWriter?
    /// What has come, in bytes.
    private(set) var size: Int64 = 0
    /// What comes is the header alone, and the whole message has so many bytes.
    private let whole: Int64?

    /// When the account was connected: what the server got later is new, by whatever sync it comes.
    private let connectedAt: Int64

    /// - Parameter oldBefore: what the server got before is no news either: it was left out then.
    init(_ fields: Record, announced: Int64, _ account: AccountRow, _ store: Store, oldBefore: Int64 = 0) {
        self.fields = fields
        connectedAt = max(account.createdAt, oldBefore)
        whole = fields.int("whole").map { max($0, 0) }
        self.store = store
        if whole == nil, announced > 0, announced <= Int64(MessageIntake.memoryLimit) {
            held.reserveCapacity(Int(announced))
        }
    }

    func take(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        size += Int64(bytes.count)
        parser.feed(bytes)
        if whole != nil { return }
        if let writer { return try writer.write(bytes) }
        held.append(contentsOf: bytes)
        guard held.count > MessageIntake.memoryLimit else { return }
        let writer = try store.bodyBegin()
        self.writer = writer
        do throws(Failure) {
            try held.withBytes { (bytes) throws(Failure) in try writer.write(bytes) }
        } catch {
            writer.abandon()
            throw error
        }
        held = []
    }

    func abandon() { writer?.abandon() }

    /// The message as it is noted where it is not kept.
    func leftOut(_ parsed: ParsedMessage, _ reason: LeftOut.Reason) -> LeftOut {
        LeftOut(
            ref: fields.text("ref") ?? "", flags: MessageFlags.split(fields.text("flags")), size: whole ?? size,
            date: fields.int("internal_date") ?? parsed.date ?? 0, reason: reason, stable: MessageFlags.stable(fields),
            people: Exclusion.people(parsed, reason))
    }

    /// What has come, read.
    func parsed() -> ParsedMessage { parser.finish() }

    func finish() throws(Failure) -> IncomingMessage { try finish(parsed()) }

    /// The message as it is stored.
    /// - Parameter parsed: what `parsed()` gave.
    func finish(_ parsed: ParsedMessage) throws(Failure) -> IncomingMessage {
        let body: IncomingMessage.Body =
            if whole != nil { .none } else if let writer { .staged(try writer.seal()) } else { .memory(held) }
        let internalDate = fields.int("internal_date") ?? parsed.date ?? Clock.wall()
        var message = IncomingMessage(
            ref: fields.text("ref") ?? "", flags: MessageFlags.split(fields.text("flags")),
            internalDate: internalDate, size: whole ?? size,
            historical: fields.int("historical") == 1 && internalDate < connectedAt,
            summary: parsed.summary(date: internalDate), body: body)
        message.stable = MessageFlags.stable(fields)
        message.threadName = MessageFlags.name(fields, "thread")
        message.whole = whole
        return message
    }
}

/// Flags and names of messages as providers give them.
enum MessageFlags {
    /// Flags and keywords are one text, in IMAP's spelling, with spaces between.
    static func split(_ text: String?) -> [String] {
        guard let text, !text.isEmpty else { return [] }
        return text.split(separator: " ").map(String.init)
    }

    /// The message's name within the account, where the server has such names; one that is too long is none.
    static func stable(_ fields: Record) -> String? { name(fields, "stable") }

    static func name(_ fields: Record, _ field: String) -> String? {
        fields.text(field).flatMap { (1...255).contains($0.utf8.count) ? $0 : nil }
    }
}

import Base
import CMailroom
import PluginKit

/// Takes messages of a folder into the store: asks the host which it wants, and fetches those, many in a request where they are
/// small, each streamed by itself where it is large.
final class MessageIntake {
    /// A larger one goes by itself.
    private static let large: Int64 = 2 << 20
    /// Octets of messages, as Gmail estimates them, that are fetched in one request.
    private static let batch: Int64 = 8 << 20

    private let host: Host
    private let api: GmailApi
    /// They were asked for by name: the host is not asked.
    private let isAsked: Bool
    private let commit: () throws(Failure) -> Void
    /// Messages about which the host was asked since something was stored: what it knows already counts as found, too.
    private var asked = 0
    private static let mostAsked = 500

    /// - Parameter commit: stores what was found so far, when enough has gathered.
    init(_ host: Host, _ api: GmailApi, isAsked: Bool = false, _ commit: @escaping () throws(Failure) -> Void) {
        self.host = host
        self.api = api
        self.isAsked = isAsked
        self.commit = commit
    }

    /// Messages in the order in which they are to be stored.
    func take(_ messages: [GmailMessage]) throws(Failure) {
        var pending: [GmailMessage] = []
        var octets: Int64 = 0
        for message in messages {
            if asked >= Self.mostAsked {
                try fetch(pending)
                (pending, octets) = ([], 0)
                try commit()
                asked = 0
            }
            switch try wanted(message) {
            case .nothing: continue
            case .header:
                try fetch(pending)
                (pending, octets) = ([], 0)
                try header(message)
            case .whole:
                let size = message.size ?? 0
                if size > Self.large || octets + size > Self.batch || pending.count == BatchBody.most {
                    try fetch(pending)
                    (pending, octets) = ([], 0)
                }
                if size > Self.large {
                    try stream(message)
                } else {
                    pending.append(message)
                    octets += size
                }
            }
        }
        try fetch(pending)
    }

    private func wanted(_ message: GmailMessage) throws(Failure) -> Wanted {
        if isAsked { return .whole }
        asked += 1
        var record = message.record
        record.set("size", message.size)
        record.set("message_id", message.messageID)
        if let header = message.header { record["header"] = .bytes(header) }
        return try host.want(record)
    }

    private func begun(_ message: GmailMessage) -> Record {
        var record = message.record
        record.set("thread", message.thread)
        return record
    }

    // MARK: whole

    private func fetch(_ messages: [GmailMessage]) throws(Failure) {
        guard !messages.isEmpty else { return }
        let ids = messages.map(\.id)
        let parts = try api.parts(host, ids, [("format", "raw")], step: "fetch")
        if parts.allSatisfy({ $0.status >= 500 }) { try api.checkOthers(host, than: ids) }
        for (message, part) in zip(messages, parts) {
            switch part.status {
            case 200: try store(message, part.body)
            // Gone since it was listed.
            case 404: continue
            default: try refused(message, api.failure(host, part, "fetch"))
            }
        }
    }

    private func store(_ message: GmailMessage, _ body: [UInt8]) throws(Failure) {
        var raw = RawText()
        var content: [UInt8] = []
        content.reserveCapacity(body.count / 4 * 3)
        do throws(Failure) {
            try body.withBytes { (bytes) throws(Failure) in try raw.take(bytes, into: &content) }
            guard raw.isOver, !content.isEmpty else {
                throw Failure(MR_E_PROTOCOL, "the answer has no content of the message")
            }
        } catch {
            return try refused(message, error)
        }
        try host.messageBegin(begun(message), size: Int64(content.count))
        try content.withBytes { (bytes) throws(Failure) in try host.messageData(bytes) }
        if try host.messageEnd() { try commit() }
    }

    // MARK: what Gmail has and does not give

    /// - Throws: what concerns all messages.
    private func refused(_ message: GmailMessage, _ failure: Failure) throws(Failure) {
        var record = Record(["flags": .text(message.flags)])
        record.set("size", message.size)
        record.set("internal_date", message.date)
        try refused(message.id, failure, record)
    }

    /// - Parameter record: what is known of it.
    func refused(_ id: String, _ failure: Failure, _ record: Record = Record(["flags": .text("")])) throws(Failure) {
        guard MessageAnswer.isOwn(failure) else { throw failure }
        // Whoever asked for it by name is told so; there is nothing to note.
        if isAsked { throw Self.notGiven(failure) }
        var record = record
        record.set("ref", id)
        record.set("text", MessageAnswer.words(failure))
        if try host.emit("refused", record) { try commit() }
    }

    static func notGiven(_ failure: Failure) -> Failure {
        guard MessageAnswer.isOwn(failure) else { return failure }
        var refusal = failure
        refusal.result = mr_result(MR_E_REFUSED)
        refusal.message = "Gmail does not give the message"
        refusal.serverText = MessageAnswer.words(failure)
        return refusal
    }

    /// One that was asked for by itself.
    private func refusedAlone(_ message: GmailMessage, _ failure: Failure) throws(Failure) {
        if failure.result == mr_result(MR_E_OUTAGE) { try api.checkOthers(host, than: [message.id]) }
        try refused(message, failure)
    }

    // MARK: a large one, in pieces

    /// The provider's own value: the large message that has begun and has not come to its end.
    private static let streaming = "streaming"

    /// What has begun cannot be taken back: one that did not come to its end the last time is read through before it begins.
    private func stream(_ message: GmailMessage) throws(Failure) {
        let id = Array(message.id.utf8)
        var isSuspect = false
        var hasBegun = false
        func begin() throws(Failure) {
            if !isAsked, !isSuspect {
                try host.putState(Self.streaming, id)
                try commit()
            }
            try host.messageBegin(begun(message), size: -1)
            hasBegun = true
        }
        do throws(Failure) {
            if !isAsked { isSuspect = try host.state(Self.streaming) == id }
            if isSuspect { try read(message) { (_) throws(Failure) in } }
            try read(message) { (bytes) throws(Failure) in
                if !hasBegun { try begin() }
                try host.messageData(bytes)
            }
        } catch  where hasBegun {
            throw isAsked ? Self.notGiven(error) : error
        } catch  where error.result == mr_result(MR_E_NOT_FOUND) {
            return
        } catch {
            if isSuspect { try host.putState(Self.streaming, []) }
            return try refusedAlone(message, error)
        }
        let isDue = try host.messageEnd()
        if !isAsked { try host.putState(Self.streaming, []) }
        if isDue { try commit() }
    }

    /// Its content in pieces, as far as it is sound.
    private func read(
        _ message: GmailMessage, _ take: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        let answer = try api.open(
            host, ["messages", message.id], [("format", "raw")], limit: 128 << 20, cost: GmailApi.Units.get)
        defer { answer.close() }
        var raw = RawText()
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 16)
        defer { piece.deallocate() }
        var content: [UInt8] = []
        var isEmpty = true
        while case let count = try answer.read(host, into: piece), count > 0 {
            content.removeAll(keepingCapacity: true)
            try raw.take(UnsafeRawBufferPointer(rebasing: piece[..<count]), into: &content)
            guard !content.isEmpty else { continue }
            isEmpty = false
            try content.withBytes(take)
        }
        guard raw.isOver, !isEmpty else {
            throw Failure(MR_E_PROTOCOL, "the answer has no content of the message, or half of it")
        }
    }

    // MARK: the header alone

    private func header(_ message: GmailMessage) throws(Failure) {
        let answer: Record
        do throws(Failure) {
            answer = try api.get(
                host, ["messages", message.id], [("format", "metadata")], cost: GmailApi.Units.get, step: "fetch")
        } catch  where error.result == mr_result(MR_E_NOT_FOUND) {
            return
        } catch {
            return try refusedAlone(message, error)
        }
        guard let header = GmailMessage(answer)?.header else {
            return try refused(message, Failure(MR_E_PROTOCOL, "the message has no header"))
        }
        var record = begun(message)
        record.set("whole", message.size ?? 0)
        try host.messageBegin(record, size: Int64(header.count))
        try header.withBytes { (bytes) throws(Failure) in try host.messageData(bytes) }
        if try host.messageEnd() { try commit() }
    }
}

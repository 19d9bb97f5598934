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
        let parts = try api.parts(host, messages.map(\.id), [("format", "raw")], step: "fetch")
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
            return try refused(message, error.message)
        }
        try host.messageBegin(begun(message), size: Int64(content.count))
        try content.withBytes { (bytes) throws(Failure) in try host.messageData(bytes) }
        if try host.messageEnd() { try commit() }
    }

    /// A message that Gmail has and does not give. What concerns all of them ends the sync.
    private func refused(_ message: GmailMessage, _ failure: Failure) throws(Failure) {
        guard failure.http != nil, [MR_E_REFUSED, MR_E_PROTOCOL, MR_E_OUTAGE].contains(Int(failure.result)) else {
            throw failure
        }
        try refused(message, failure.serverText ?? failure.message)
    }

    private func refused(_ message: GmailMessage, _ text: String) throws(Failure) {
        var record = Record(["ref": .text(message.id), "flags": .text(message.flags), "text": .text(text)])
        record.set("size", message.size)
        record.set("internal_date", message.date)
        if try host.emit("refused", record) { try commit() }
    }

    /// A large one, in pieces.
    private func stream(_ message: GmailMessage) throws(Failure) {
        let answer: HTTPAnswer
        do throws(Failure) {
            answer = try api.open(
                host, ["messages", message.id], [("format", "raw")], limit: 128 << 20, cost: GmailApi.Units.get)
        } catch  where error.result == mr_result(MR_E_NOT_FOUND) {
            return
        } catch {
            return try refused(message, error)
        }
        try host.messageBegin(begun(message), size: -1)
        var raw = RawText()
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 16)
        defer { piece.deallocate() }
        var content: [UInt8] = []
        var isEmpty = true
        while case let count = try answer.read(host, into: piece), count > 0 {
            content.removeAll(keepingCapacity: true)
            try raw.take(UnsafeRawBufferPointer(rebasing: piece[..<count]), into: &content)
            if !content.isEmpty { isEmpty = false }
            try content.withBytes { (bytes) throws(Failure) in try host.messageData(bytes) }
        }
        answer.close()
        guard raw.isOver, !isEmpty else {
            throw Failure(MR_E_PROTOCOL, "the answer has no content of the message, or half of it")
        }
        if try host.messageEnd() { try commit() }
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
            return try refused(message, error)
        }
        guard let header = GmailMessage(answer)?.header else {
            return try refused(message, "the message has no header")
        }
        var record = begun(message)
        record.set("whole", message.size ?? 0)
        try host.messageBegin(record, size: Int64(header.count))
        try header.withBytes { (bytes) throws(Failure) in try host.messageData(bytes) }
        if try host.messageEnd() { try commit() }
    }
}

import Base
import CMailroom
import Mime
import Store

/// Turns what a caller wants to send into bytes in the store and an envelope. Nothing is queued here.
struct Composer {
    let store: Store
    let account: AccountRow

    static let maximumRecipients = 10_000

    func compose(_ record: Record) throws(Failure) -> NewSend {
        try RecordSpec.outgoing.check(record)
        var send = record["raw"] == nil ? try fromFields(record) : try fromRaw(record)
        guard !send.recipients.isEmpty else { throw .invalid("to", "there is no recipient") }
        try Composer.check(recipients: send.recipients)
        if let key = record.key("idempotency_key") {
            guard (1...255).contains(key.utf8.count) else {
                throw .invalid("idempotency_key", "is empty or longer than 255 bytes")
            }
            send.idempotencyKey = key
        }
        send.sendAt = Composer.sendAt(record)
        send.priority = try Composer.priority(record) ?? 0
        send.autoRetry = try Composer.truth(record, "auto_retry") ?? true
        if try Composer.truth(record, "sent_copy") == false { send.params.set("sent_copy", 0) }
        send.contentDigest = Composer.digest(record, without: Composer.beside)
        return send
    }

    static func check(recipients: [String]) throws(Failure) {
        guard recipients.count <= maximumRecipients else {
            throw .invalid("to", "more than \(maximumRecipients) recipients")
        }
    }

    /// Nil where it goes at once: also where the time is none.
    static func sendAt(_ record: Record) -> Int64? { record.int("send_at").flatMap { $0 > 0 ? $0 : nil } }

    /// -1, 0 or 1; nil where the field is absent.
    static func priority(_ record: Record) throws(Failure) -> Int64? {
        switch record.text("priority") {
        case nil: return nil
        case "high": return 1
        case "normal": return 0
        case "low": return -1
        default: throw .invalid("priority", "is none of high, normal and low")
        }
    }

    static func truth(_ record: Record, _ field: String) throws(Failure) -> Bool? {
        guard let value = record.int(field) else { return nil }
        guard (0...1).contains(value) else { throw .invalid(field, "is neither 0 nor 1") }
        return value == 1
    }

    /// What says how a message is sent, not what it is.
    static let beside: Set = ["idempotency_key", "send_at", "priority", "auto_retry", "sent_copy"]

    /// The same for the same fields, whatever order they came in.
    static func digest(_ record: Record, without beside: Set<String>) -> [UInt8] {
        var digest = SHA256()
        for field in record.fields.sorted(by: { $0.name < $1.name }) where !beside.contains(field.name) {
            digest.update(Array(field.name.utf8) + [0])
            digest.update(field.value)
        }
        return digest.finish()
    }

    /// Writes a message that is not sent: a draft. It keeps its Bcc, and needs no recipient.
    func writeDraft(
        _ record: Record, to sink: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        guard record["raw"] != nil else {
            var (builder, _, bcc) = try builder(record)
            builder.bcc = bcc
            return try builder.write(to: sink)
        }
        if let other = record.fields.first(where: { $0.name != "raw" }) {
            throw .invalid(other.name, "cannot stand beside raw")
        }
        let raw = record.bytes("raw") ?? Array((record.text("raw") ?? "").utf8)
        guard !raw.isEmpty else { throw .invalid("raw", "is empty") }
        var parser = MessageParser()
        raw.withUnsafeBytes { parser.feed($0) }
        let domain = parser.finish().messageID == nil ? account.address.domain : nil
        try RawMessage(raw, addingMessageID: domain, keepsBcc: true).write(to: sink)
    }

    private func fromFields(_ record: Record) throws(Failure) -> NewSend {
        guard record["recipients"] == nil else { throw .invalid("recipients", "stands only beside raw") }
        let (builder, from, bcc) = try builder(record)
        let written = try write { (sink) throws(Failure) in try builder.write(to: sink) }
        let recipients = unique(builder.to + builder.cc + bcc)
        var send = NewSend(
            account: account.id, body: nil, from: from.address, recipients: recipients,
            subject: builder.subject, messageID: builder.messageID ?? "", size: written.size,
            utf8: Composer.needsUTF8([from.address] + recipients), params: written.params)
        (send.body, send.small) = (written.body, written.small)
        try answers(record, builder.inReplyTo, &send)
        return send
    }

    /// Which stored message the send answers: the one that is named, or the one of its In-Reply-To.
    private func answers(_ record: Record, _ inReplyTo: String?, _ send: inout NewSend) throws(Failure) {
        if let message = record.int("reply_to_message") {
            send.answers = message
            send.thread = try store.get("message", message).int("thread")
        } else if let inReplyTo {
            (send.answers, send.thread) = try store.answered(messageID: inReplyTo, account: account.id)
        }
    }

    static func needsUTF8(_ addresses: [String]) -> Bool { !addresses.allSatisfy(\.isASCII) }

    /// The message that the fields describe, its author, and those whom its header does not name.
    func builder(
        _ record: Record
    ) throws(Failure) -> (builder: MessageBuilder, from: MailAddress, bcc: [MailAddress]) {
        var builder = MessageBuilder()
        let answer: Answer? =
            if let message = record.int("reply_to_message") { try Answer(store, to: message, by: account) } else { nil }
        let from = try author(record)
        builder.from = from
        builder.to = try record["to"] == nil ? answer?.to ?? [] : addresses(record, "to")
        builder.cc = try addresses(record, "cc")
        builder.replyTo = try addresses(record, "reply_to")
        let bcc = try addresses(record, "bcc")
        builder.subject = record.text("subject") ?? answer?.subject ?? ""
        builder.text = record.text("text")
        builder.html = record.text("html")
        builder.inReplyTo = record.text("in_reply_to") ?? answer?.inReplyTo
        builder.references = record["references"] == nil ? answer?.references ?? [] : record.list("references")
        builder.messageID = record.text("message_id") ?? MessageID.make(domain: from.address.domain)
        builder.date = Clock.wall()
        for (index, header) in record.records("headers").enumerated() {
            guard let name = header.text("name") else { throw .invalid("headers[\(index)].name", "is missing") }
            builder.headers.append((name: name, value: header.text("value") ?? ""))
        }
        for (index, attachment) in record.records("attachments").enumerated() {
            builder.attachments.append(try self.attachment(attachment, "attachments[\(index)]"))
        }
        return (builder, from, bcc)
    }

    /// A message that the caller made: sent as it is, but for Bcc, which is taken out.
    private func fromRaw(_ record: Record) throws(Failure) -> NewSend {
        let own = Composer.beside.union(["raw", "recipients", "from", "reply_to_message"])
        if let other = record.fields.first(where: { !own.contains($0.name) }) {
            throw .invalid(other.name, "cannot stand beside raw")
        }
        let raw = record.bytes("raw") ?? Array((record.text("raw") ?? "").utf8)
        guard !raw.isEmpty else { throw .invalid("raw", "is empty") }
        var parser = MessageParser()
        raw.withUnsafeBytes { parser.feed($0) }
        let parsed = parser.finish()
        let from: MailAddress
        if record["from"] != nil {
            from = try author(record)
        } else if let first = parsed.from.first {
            from = first
        } else {
            throw .invalid("raw", "has no From")
        }
        let given = try addresses(record, "recipients")
        let outgoing = RawMessage(raw, addingMessageID: parsed.messageID == nil ? from.address.domain : nil)
        let written = try write { (sink) throws(Failure) in try outgoing.write(to: sink) }
        let recipients = unique(given.isEmpty ? parsed.to + parsed.cc + parsed.bcc : given)
        try AddressParser.check(from.address, field: record["from"] == nil ? "raw" : "from")
        for (index, address) in recipients.enumerated() {
            try AddressParser.check(address, field: given.isEmpty ? "raw" : "recipients[\(index)]")
        }
        var send = NewSend(
            account: account.id, body: nil, from: from.address, recipients: recipients,
            subject: parsed.subject, messageID: parsed.messageID ?? outgoing.messageID, size: written.size,
            utf8: Composer.needsUTF8([from.address] + recipients), params: written.params)
        (send.body, send.small) = (written.body, written.small)
        send.params.set("raw", 1)  // not a byte of it is ever changed
        try answers(record, parsed.inReplyTo.first, &send)
        return send
    }

    private struct Written {
        let body: Int64?
        let small: SmallBody?
        let size: Int64
        /// What the envelope needs to say of the bytes.
        let params: Record
    }

    private func write(
        _ body: (_ sink: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) -> Void
    ) throws(Failure) -> Written {
        let writer = try store.bodyBegin()
        var size: Int64 = 0
        var eightBit = false
        do throws(Failure) {
            try body { (bytes) throws(Failure) in
                size += Int64(bytes.count)
                eightBit = eightBit || bytes.contains { $0 >= 128 }
                try writer.write(bytes)
            }
            let small = try writer.takeSmall()
            return Written(
                body: small == nil ? try writer.seal() : nil, small: small, size: size,
                params: Record(["eight_bit": .int(eightBit ? 1 : 0)]))
        } catch {
            writer.abandon()
            throw error
        }
    }

    func author(_ record: Record) throws(Failure) -> MailAddress {
        guard let text = record.text("from") else {
            return MailAddress(name: account.displayName, address: account.address, group: nil)
        }
        return try address(text, "from")
    }

    func addresses(_ record: Record, _ field: String) throws(Failure) -> [MailAddress] {
        var found: [MailAddress] = []
        for (index, item) in (record[field]?.text.map { [.text($0)] } ?? record[field]?.list ?? []).enumerated() {
            guard let text = item.text else {
                throw .invalid("\(field)[\(index)]", "is \(item.kindName), expected text")
            }
            found.append(try address(text, "\(field)[\(index)]"))
        }
        return found
    }

    func address(_ text: String, _ field: String) throws(Failure) -> MailAddress {
        do {
            return try AddressParser.one(text)
        } catch {
            throw .invalid(field, "'\(text.prefix(200))' is not an address")
        }
    }

    func unique(_ addresses: [MailAddress]) -> [String] {
        var seen: Set<String> = []
        return addresses.map(\.address).filter { seen.insert($0.lowercased()).inserted }
    }

    private func attachment(_ record: Record, _ field: String) throws(Failure) -> Attachment {
        let source: AttachmentSource
        let size: Int
        if let data = record.bytes("data") ?? record.text("data").map({ Array($0.utf8) }) {
            guard record["blob"] == nil else { throw .invalid("\(field).blob", "cannot stand beside data") }
            source = .memory(data)
            size = data.count
        } else if let blob = record.int("blob") {
            let store = store
            let total: Int64
            do {
                total = try store.bodySize(blob)
            } catch {
                throw .invalid("\(field).blob", "there is no sealed blob \(blob)")
            }
            size = Int(total)
            source = .reader { (offset, into) throws(Failure) in
                try store.bodyRead(blob, offset: Int64(offset), into: into)
            }
        } else {
            throw .invalid("\(field).data", "is missing, and so is blob")
        }
        return Attachment(
            name: record.text("name") ?? "", type: record.text("type") ?? "application/octet-stream",
            contentID: record.text("content_id"), inline: record.int("inline") == 1, size: size, source: source)
    }
}

extension String {
    /// The part of an address behind the last @.
    var domain: String {
        guard let at = lastIndex(of: "@") else { return "localhost" }
        return String(self[index(after: at)...])
    }
    fileprivate var isASCII: Bool { utf8.allSatisfy { $0 < 128 } }
}

extension Record {
    /// A list of texts, or one text as a list of one.
    fileprivate func list(_ name: String) -> [String] { self[name]?.text.map { [$0] } ?? texts(name) }
}

extension SHA256 {
    /// Adds a value so that different values never add the same bytes.
    fileprivate mutating func update(_ value: Value) {
        switch value {
        case .text(let text): update(tag: 1, Array(text.utf8))
        case .int(let int): update(tag: 2, Array(String(int).utf8))
        case .bytes(let bytes): update(tag: 3, bytes)
        case .list(let items):
            update(tag: 4, Array(String(items.count).utf8))
            for item in items { update(item) }
        case .record(let record):
            update(tag: 5, Array(String(record.fields.count).utf8))
            for field in record.fields {
                update(tag: 6, Array(field.name.utf8))
                update(field.value)
            }
        }
    }

    private mutating func update(tag: UInt8, _ bytes: [UInt8]) {
        update([tag] + Array("\(bytes.count):".utf8))
        update(bytes)
    }
}

import Base
import CMailroom

/// What Gmail says of a message beside its content.
struct GmailMessage {
    /// The fields that say whose a message is.
    static let people = [
        "Message-ID", "From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Delivered-To", "X-Original-To", "Envelope-To",
        "Return-Path", "Received",
    ]

    let id: String
    let thread: String?
    let labels: [String]
    /// Milliseconds since 1970: when Gmail got it.
    let date: Int64?
    /// Octets, about.
    let size: Int64?
    /// Header fields, where they were asked for.
    private let fields: [(name: String, value: String)]

    /// The answer to a question about one message.
    /// - Throws: `MR_E_PROTOCOL` where it is not that one: it says nothing of whether the message is there.
    init(_ answer: Record, id: String) throws(Failure) {
        guard let message = GmailMessage(answer), message.id == id else {
            var failure = Failure(MR_E_PROTOCOL, "the answer is not the message that was asked for")
            failure.step = "fetch"
            throw failure
        }
        self = message
    }

    /// Nil where the answer is no message.
    init?(_ answer: Record) {
        guard let id = answer.text("id"), (1...64).contains(id.utf8.count) else { return nil }
        self.id = id
        thread = answer.text("threadId").flatMap { (1...255).contains($0.utf8.count) ? $0 : nil }
        labels = answer.texts("labelIds")
        date = answer.text("internalDate").flatMap { Int64($0) }
        size = answer.int("sizeEstimate").flatMap { $0 >= 0 ? $0 : nil }
        fields =
            answer["payload"]?.record?.records("headers").map { ($0.text("name") ?? "", $0.text("value") ?? "") } ?? []
    }

    var places: [String] { GmailLabels.places(labels) }
    var flags: String { GmailLabels.flags(labels) }

    /// Without its angle brackets.
    var messageID: String? {
        guard let value = fields.first(where: { $0.name.lowercased() == "message-id" })?.value else { return nil }
        let id = value.drop { $0 == " " || $0 == "<" }.prefix { $0 != ">" && $0 != " " }
        return id.isEmpty ? nil : String(id)
    }

    /// The fields as a header.
    var header: [UInt8]? {
        guard !fields.isEmpty else { return nil }
        var header: [UInt8] = []
        for field in fields {
            header += "\(field.name): ".utf8
            // A value is one line: what comes from a server makes no header of its own.
            header += field.value.utf8.map { $0 == 13 || $0 == 10 ? 32 : $0 }
            header += [13, 10]
        }
        return header + [13, 10]
    }

    /// What the host is told of it before its content, and at its beginning.
    var record: Record {
        var record = Record(["ref": .text(id), "flags": .text(flags), "stable": .text(id)])
        record.set("internal_date", date)
        return record
    }
}

import Base
import CMailroom
import Mime
import Store

/// The message that a batch sends to each of its recipients, read once.
struct BatchTemplate {
    private let fields: Record
    private let subject: TemplateText
    private let text: TemplateText?
    private let html: TemplateText?
    private let headers: [(name: String, value: TemplateText)]
    /// The names that need a value, each once; and those of them that stand in a header field.
    let names: [String]
    let headerNames: Set<String>

    init(_ fields: Record) throws(Failure) {
        self.fields = fields
        subject = TemplateText(fields.text("subject") ?? "")
        text = fields.text("text").map(TemplateText.init)
        html = fields.text("html").map(TemplateText.init)
        headers = fields.records("headers").map { ($0.text("name") ?? "", TemplateText($0.text("value") ?? "")) }
        headerNames = Set(subject.names + headers.flatMap(\.value.names))
        var names: [String] = []
        var seen: Set<String> = []
        for name in subject.names + (text?.names ?? []) + (html?.names ?? []) + headers.flatMap(\.value.names)
        where seen.insert(name).inserted {
            names.append(name)
        }
        self.names = names
    }

    /// What a recipient gives of the names that are used.
    /// - Parameter field: how failures name the recipient.
    /// - Throws: `MR_E_INVALID` naming the recipient and the name whose value is missing, no text, or cannot stand in a header.
    func values(_ given: Record, of address: String, _ field: String) throws(Failure) -> Record {
        var used = Record()
        for name in names {
            guard let value = given[name] else {
                throw .invalid(
                    "\(field).values.\(name)", "is missing: {{\(name)}} has no value for \(address.prefix(200))")
            }
            guard value.text != nil || value.int != nil else {
                throw .invalid("\(field).values.\(name)", "is \(value.kindName), expected text or integer")
            }
            if headerNames.contains(name), let text = value.text,
                text.utf8.contains(where: { $0 == 13 || $0 == 10 || $0 == 0 })
            {
                throw .invalid("\(field).values.\(name)", "has a line end, and {{\(name)}} stands in a header field")
            }
            used[name] = value
        }
        return used
    }

    func subject(_ values: Record) throws(Failure) -> String {
        try subject.filled { (name) throws(Failure) in try BatchTemplate.value(values, name) }
    }

    /// The message for one recipient, the same each time it is made.
    func builder(_ content: BatchContent, _ composer: Composer) throws(Failure) -> MessageBuilder {
        let values = content.recipient["values"]?.record ?? Record()
        let value = { (name: String) throws(Failure) -> String in try BatchTemplate.value(values, name) }
        var message = fields
        message["to"] = content.recipient["to"]
        message.set("subject", try subject.filled(value))
        message.set("text", try text?.filled(value))
        message.set("html", try html?.filled(escaping: true, value))
        if !headers.isEmpty {
            var filled: [Value] = []
            for header in headers {
                filled.append(
                    .record(Record(["name": .text(header.name), "value": .text(try header.value.filled(value))])))
            }
            message["headers"] = .list(filled)
        }
        message.set("message_id", content.messageID)
        var (builder, _, _) = try composer.builder(message)
        builder.from = MailAddress(name: content.author.name, address: content.author.sender, group: nil)
        builder.date = content.createdAt
        var digest = SHA256()
        digest.update(Array(content.messageID.utf8))
        builder.seed = hex(Array(digest.finish().prefix(12)))
        return builder
    }

    private static func value(_ values: Record, _ name: String) throws(Failure) -> String {
        switch values[name] {
        case .text(let text)?: return text
        case .int(let int)?: return String(int)
        default: throw .invalid("values.\(name)", "is missing")
        }
    }
}

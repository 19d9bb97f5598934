import Base
import CMailroom
import Mime
import PluginKit
import WebProvider

/// A message that is larger than a request may be: a draft made of its fields, its attachments uploaded one by one, and then
/// sent. Graph takes no MIME for that, so what arrives has the same text, files, addresses and threading, and another MIME.
struct LargeDraft {
    /// Octets of a file that goes with one request; larger ones go in ranges of this many, a multiple of 320 KiB.
    private static let small = 2_900_000
    private static let range = 10 * 327_680
    private static let mostText = 2 << 20

    private let host: Host
    private let client: GraphClient
    private let message: UnsafeRawBufferPointer
    private let header: ParsedMessage
    private let parsed: ParsedMessage

    /// - Parameter header: as the recipients are to find it, Bcc included.
    init(_ host: Host, _ client: GraphClient, _ message: UnsafeRawBufferPointer, header: [UInt8]) {
        self.host = host
        self.client = client
        self.message = message
        self.header = MessageParser.parse(header)
        var parser = MessageParser()
        parser.feed(message)
        parsed = parser.finish()
    }

    func send() throws(Failure) {
        let draft = try create()
        do throws(Failure) {
            for part in parsed.parts where isFile(part) { try attach(part, to: draft) }
            try host.emit("offer")
        } catch {
            // Nobody shall find half a message among the drafts.
            _ = try? client.ask(host, "DELETE", client.message(draft), step: "send")
            throw error
        }
        do throws(Failure) {
            try client.tell(host, "POST", "\(client.message(draft))/send", step: "send")
        } catch {
            let failure = ApiClient.judged(error)
            if failure.result != Int32(MR_E_UNKNOWN_OUTCOME) {
                _ = try? client.ask(host, "DELETE", client.message(draft), step: "send")
            }
            throw failure
        }
    }

    // MARK: the draft

    private func create() throws(Failure) -> String {
        var fields: [(String, JsonText)] = [("subject", .text(header.subject)), ("body", body())]
        for (name, addresses) in [
            ("toRecipients", header.to), ("ccRecipients", header.cc), ("bccRecipients", header.bcc),
            ("replyTo", header.replyTo),
        ] where !addresses.isEmpty {
            fields.append((name, .list(addresses.map(Self.recipient))))
        }
        if let from = header.from.first { fields.append(("from", Self.recipient(from))) }
        if let id = header.messageID { fields.append(("internetMessageId", .text("<\(id)>"))) }
        // PR_IN_REPLY_TO_ID and PR_INTERNET_REFERENCES: Graph has no property of its own for them.
        var properties: [JsonText] = []
        if let id = header.inReplyTo.first { properties.append(Self.property("String 0x1042", "<\(id)>")) }
        if !header.references.isEmpty {
            let references = header.references.map { "<\($0)>" }.joined(separator: " ")
            properties.append(Self.property("String 0x1039", references))
        }
        if !properties.isEmpty { fields.append(("singleValueExtendedProperties", .list(properties))) }
        let answer = try client.ask(
            host, "POST", "\(client.mailbox)/messages?$select=id", body: .object(fields), step: "send")
        guard let made = GraphMessage(answer) else {
            throw GraphApi.damaged("the answer names no message", step: "send")
        }
        return made.id
    }

    private static func recipient(_ address: MailAddress) -> JsonText {
        var fields: [(String, JsonText)] = [("address", .text(address.address))]
        if let name = address.name { fields.append(("name", .text(name))) }
        return .object([("emailAddress", .object(fields))])
    }

    private static func property(_ id: String, _ value: String) -> JsonText {
        .object([("id", .text(id)), ("value", .text(value))])
    }

    /// HTML where the message has it, else its text: a draft has one of the two.
    private func body() -> JsonText {
        let texts = parsed.parts.filter { $0.type == "text" && !isFile($0) && $0.range.count <= Self.mostText }
        let part = texts.first { $0.subtype == "html" } ?? texts.first
        let text = part.map { Charset.decode(content(of: $0), label: $0.charset).text } ?? ""
        return .object([
            ("contentType", .text(part?.subtype == "html" ? "html" : "text")), ("content", .text(text)),
        ])
    }

    private func isFile(_ part: Part) -> Bool {
        if part.type == "multipart" { return false }
        // What lies within an attached message goes with it.
        if part.number.split(separator: ".").contains("TEXT") { return false }
        return part.isAttachment || part.type != "text" || part.range.count > Self.mostText
    }

    private func content(of part: Part) -> [UInt8] {
        let range = part.range.clamped(to: 0..<message.count)
        return BodyDecoder.decode(Array(message[range]), part.encoding)
    }

    // MARK: files

    private func attach(_ part: Part, to draft: String) throws(Failure) {
        let content = content(of: part)
        let name = part.filename ?? "\(part.type).\(part.subtype)"
        var fields: [(String, JsonText)] = [
            ("name", .text(name)), ("contentType", .text("\(part.type)/\(part.subtype)")),
            ("isInline", .flag(part.disposition == "inline" && part.contentID != nil)),
        ]
        if let id = part.contentID { fields.append(("contentId", .text(id))) }
        let path = "\(client.message(draft))/attachments"
        if content.count <= Self.small {
            fields.append(("@odata.type", .text("#microsoft.graph.fileAttachment")))
            fields.append(("contentBytes", .text(Base64.encode(content))))
            _ = try client.ask(host, "POST", path, body: .object(fields), step: "send")
        } else {
            fields.append(("attachmentType", .text("file")))
            fields.append(("size", .int(Int64(content.count))))
            let session = try client.ask(
                host, "POST", "\(path)/createUploadSession", body: .object([("AttachmentItem", .object(fields))]),
                step: "send")
            try upload(content, session)
        }
        host.progress(done: Int64(min(part.range.upperBound, message.count)), total: Int64(message.count))
    }

    /// The address of an upload session is its own authorization, and may be another server's: no token goes there.
    private func upload(_ content: [UInt8], _ session: Record) throws(Failure) {
        guard let url = session.text("uploadUrl"), url.hasPrefix("https://") || url.hasPrefix(client.root + "/") else {
            throw GraphApi.damaged("the upload session has no address", step: "send")
        }
        var at = 0
        while at < content.count {
            let end = min(at + Self.range, content.count)
            var request = HTTPRequest("PUT", url, body: Array(content[at..<end]))
            request.set("Content-Type", "application/octet-stream")
            request.set("Content-Range", "bytes \(at)-\(end - 1)/\(content.count)")
            let answer = try host.http(request, cost: 1, authorize: false)
            guard (200..<300).contains(answer.status) else {
                throw client.api.errors.failure(host, answer, step: "send")
            }
            answer.close()
            at = end
        }
    }
}

import Base

/// A piece of a body, in the order of the message.
enum BodySegment {
    case bytes([UInt8])
    /// The attachment of that index, as base64.
    case base64(Int)
    /// The attachment of that index as it is, with CRLF at every line end.
    case lines(Int)
}

/// A part with its header and body. The body has no line end at its end.
struct BodyNode {
    /// With the empty line.
    var header: [UInt8]
    var body: [BodySegment]

    /// The body where it ends the message.
    var rootBody: [BodySegment] {
        if case .bytes(let last)? = body.last, last.last == 10 { return body }
        return body + [.bytes([13, 10])]
    }
}

/// The structure of a message that is being built: `mixed(related(alternative(text, html), inline...), attachments...)`,
/// each only where it is needed.
struct BodyPlan {
    private let builder: MessageBuilder

    init(_ builder: MessageBuilder) {
        self.builder = builder
    }

    func root() throws(Failure) -> BodyNode {
        var related: [BodyNode] = []
        var mixed: [BodyNode] = []
        for index in builder.attachments.indices {
            let attachment = builder.attachments[index]
            let node = try self.attachment(attachment, index)
            if attachment.inline, attachment.contentID != nil, builder.html != nil {
                related.append(node)
            } else {
                mixed.append(node)
            }
        }
        var parts: [BodyNode] = []
        if let text = textNode(related) { parts.append(text) }
        if mixed.isEmpty, let only = parts.first { return only }
        if mixed.isEmpty { return leaf("", "plain") }
        return multipart("mixed", nil, parts + mixed)
    }

    private func textNode(_ related: [BodyNode]) -> BodyNode? {
        let plain = builder.text.map { leaf($0, "plain") }
        guard let source = builder.html else { return plain }
        var html = leaf(source, "html")
        if !related.isEmpty { html = multipart("related", "text/html", [html] + related) }
        return plain.map { multipart("alternative", nil, [$0, html]) } ?? html
    }

    private func leaf(_ text: String, _ subtype: String) -> BodyNode {
        let body = TextBody(text, allows8Bit: builder.allows8Bit)
        var type = ParameterWriter("Content-Type", "text/\(subtype)")
        type.add("charset", "utf-8")
        let header = type.line + encodingLine(body.encoding) + [13, 10]
        return BodyNode(header: header, body: [.bytes(body.bytes)])
    }

    private func multipart(_ subtype: String, _ rootType: String?, _ children: [BodyNode]) -> BodyNode {
        // An equals sign and an underscore together stand in no quoted-printable or base64 text.
        let boundary = "=_\(subtype)_\(builder.seed)"
        var type = ParameterWriter("Content-Type", "multipart/\(subtype)")
        type.add("boundary", boundary)
        if let rootType { type.add("type", rootType) }
        var body: [BodySegment] = []
        for (index, child) in children.enumerated() {
            body.append(.bytes(Array("\(index > 0 ? "\r\n" : "")--\(boundary)\r\n".utf8) + child.header))
            body += child.body
        }
        body.append(.bytes(Array("\r\n--\(boundary)--\r\n".utf8)))
        return BodyNode(header: type.line + [13, 10], body: body)
    }

    private func attachment(_ attachment: Attachment, _ index: Int) throws(Failure) -> BodyNode {
        let field = "attachments[\(index)]"
        try HeaderSection.check(attachment.name, "\(field).name")
        if attachment.name.utf8.count > 1000 { throw .invalid("\(field).name", "longer than 1000 octets") }
        if attachment.size < 0 { throw .invalid("\(field).data", "a negative size") }
        let (word, parameters) = try mediaType(attachment.type, "\(field).type")
        var name = word
        var segment = BodySegment.base64(index)
        var encoding = TransferEncoding.base64
        if word == "message/rfc822" || word == "message/global" {
            // A message may not be encoded (RFC 2046, section 5.2.1): it goes as it is, or as a mere file.
            if try isPlainText(attachment, field) {
                segment = .lines(index)
                encoding = .sevenBit
            } else {
                name = "application/octet-stream"
            }
        }
        var type = ParameterWriter("Content-Type", name)
        for parameter in parameters { type.add(parameter.name, parameter.value) }
        if !attachment.name.isEmpty { type.add("name", attachment.name) }
        var disposition = ParameterWriter("Content-Disposition", attachment.inline ? "inline" : "attachment")
        if !attachment.name.isEmpty { disposition.add("filename", attachment.name) }
        var header = type.line + encodingLine(encoding) + disposition.line
        if let id = attachment.contentID {
            try HeaderSection.checkID(id, "\(field).content_id", needsAt: false)
            var writer = HeaderWriter("Content-ID")
            writer.word(Array("<\(id)>".utf8))
            header += writer.line
        }
        return BodyNode(header: header + [13, 10], body: [segment])
    }

    private func encodingLine(_ encoding: TransferEncoding) -> [UInt8] {
        Array("Content-Transfer-Encoding: \(encoding.rawValue)\r\n".utf8)
    }

    private func mediaType(_ text: String, _ field: String) throws(Failure) -> (String, [Parameter]) {
        try HeaderSection.check(text, field)
        var defects = Defects()
        let bytes = Array(text.utf8)
        let list = ParameterList(bytes, 0..<bytes.count, hint: nil, &defects)
        let pieces = list.word.split(separator: "/", omittingEmptySubsequences: false)
        guard pieces.count == 2, text.utf8.count <= 500,
            pieces.allSatisfy({ (1...127).contains($0.utf8.count) && $0.utf8.allSatisfy(\.isToken) })
        else { throw .invalid(field, "not a media type (RFC 2045, section 5.1)") }
        if pieces[0] == "multipart" { throw .invalid(field, "a multipart is no attachment") }
        return (list.word, list.parameters.filter { $0.name != "name" && $0.name.utf8.allSatisfy(\.isToken) })
    }

    /// Whether the attachment is lines of at most 998 ASCII characters, without NUL and a CR alone.
    private func isPlainText(_ attachment: Attachment, _ field: String) throws(Failure) -> Bool {
        var isPlain = true
        var line = 0
        var previous: UInt8 = 0
        try attachment.read(piece: 16 * 1024, field: field) { (bytes) throws(Failure) in
            for byte in bytes {
                if byte >= 128 || byte == 0 || (previous == 13 && byte != 10) { isPlain = false }
                line = byte == 10 ? 0 : line + 1
                if line > TextBody.longestLine { isPlain = false }
                previous = byte
            }
        }
        return isPlain && previous != 13
    }
}

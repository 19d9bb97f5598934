/// What the top-level header says.
extension MessageParser {
    mutating func assemble() -> ParsedMessage {
        let kind = tree.nodes[0].content.kind
        var message = ParsedMessage(root: tree.part(0, number: kind == .multipart ? "" : "1"))
        message.size = size
        message.bodyDigest = digest.finish()
        message.preview = preview.text(limit: limits.preview)
        message.headers = top?.fields ?? []
        let hint = message.parts.lazy.compactMap(\.charset).first
        var seen: UInt32 = 0
        for field in message.headers {
            let bit = field.known.bit
            if field.known.standsOnce, seen & bit != 0 {
                defects.note(.headerRepeated)
                continue
            }
            seen |= bit
            take(field, hint, into: &message)
        }
        if message.from.isEmpty { defects.note(.fromMissing) }
        if message.date == nil { defects.note(seen & KnownField.date.bit != 0 ? .dateMalformed : .dateMissing) }
        if message.references.count > limits.references {
            message.references.removeFirst(message.references.count - limits.references)
            defects.note(.referencesTooMany)
        }
        message.defects = defects.list
        if let signs { message.report = ReportReader.read(signs, reported ?? ReportParts(), message) }
        return message
    }

    private mutating func take(_ field: HeaderField, _ hint: String?, into message: inout ParsedMessage) {
        let bytes = field.block
        let range = field.valueRange
        switch field.known {
        case .from: message.from = addresses(field, hint, message)
        case .sender: message.sender = addresses(field, hint, message)
        case .replyTo: message.replyTo = addresses(field, hint, message)
        case .to: message.to += recipients(field, hint, &message)
        case .cc: message.cc += recipients(field, hint, &message)
        case .bcc:
            message.hasBccHeader = true
            message.bcc += recipients(field, hint, &message)
        case .subject: message.subject = HeaderText.decode(bytes, range, hint: hint, &defects)
        case .date: message.date = DateParser.parse(bytes, range)
        case .messageID: message.messageID = MessageID.one(bytes, range, &defects)
        case .inReplyTo: message.inReplyTo += MessageID.list(bytes, range, &defects)
        case .references: message.references += MessageID.list(bytes, range, &defects)
        case .other, .contentType, .contentTransferEncoding, .contentDisposition, .contentID: break
        }
    }

    private mutating func recipients(
        _ field: HeaderField, _ hint: String?, _ message: inout ParsedMessage
    ) -> [MailAddress] {
        let found = list(field, hint, message)
        if found.hasEmptyGroup { message.hasEmptyGroup = true }
        return found.addresses
    }

    private mutating func addresses(_ field: HeaderField, _ hint: String?, _ message: ParsedMessage) -> [MailAddress] {
        list(field, hint, message).addresses
    }

    private mutating func list(
        _ field: HeaderField, _ hint: String?, _ message: ParsedMessage
    ) -> (addresses: [MailAddress], hasEmptyGroup: Bool) {
        let soFar =
            message.from.count + message.sender.count + message.replyTo.count + message.to.count
            + message.cc.count + message.bcc.count
        return AddressParser.list(
            field.block, field.valueRange, limit: max(0, limits.addresses - soFar), hint: hint, &defects)
    }
}

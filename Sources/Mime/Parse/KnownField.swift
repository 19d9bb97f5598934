/// The fields whose meaning the parser needs.
enum KnownField: UInt8 {
    case other, from, sender, replyTo, to, cc, bcc, subject, date, messageID, inReplyTo, references
    case contentType, contentTransferEncoding, contentDisposition, contentID

    /// The field with the name in `range`.
    init(_ bytes: [UInt8], _ range: Range<Int>) {
        func matches(_ word: StaticString) -> Bool { bytes.matches(range, word) }
        switch range.count {
        case 2: self = matches("to") ? .to : matches("cc") ? .cc : .other
        case 3: self = matches("bcc") ? .bcc : .other
        case 4: self = matches("from") ? .from : matches("date") ? .date : .other
        case 6: self = matches("sender") ? .sender : .other
        case 7: self = matches("subject") ? .subject : .other
        case 8: self = matches("reply-to") ? .replyTo : .other
        case 10: self = matches("message-id") ? .messageID : Self.tenLetters(bytes, range)
        case 11: self = matches("in-reply-to") ? .inReplyTo : .other
        case 12: self = matches("content-type") ? .contentType : .other
        case 19: self = matches("content-disposition") ? .contentDisposition : .other
        case 25: self = matches("content-transfer-encoding") ? .contentTransferEncoding : .other
        default: self = .other
        }
    }

    private static func tenLetters(_ bytes: [UInt8], _ range: Range<Int>) -> KnownField {
        if bytes.matches(range, "references") { return .references }
        return bytes.matches(range, "content-id") ? .contentID : .other
    }

    /// For a set of them.
    var bit: UInt32 { 1 << UInt32(rawValue) }

    /// Whether it says something about a body.
    var isContent: Bool { rawValue >= KnownField.contentType.rawValue }

    /// Whether a header has it at most once (RFC 5322, section 3.6), and the first is the one that counts.
    var standsOnce: Bool {
        switch self {
        case .from, .sender, .replyTo, .subject, .date, .messageID, .contentType, .contentTransferEncoding,
            .contentDisposition, .contentID:
            true
        case .other, .to, .cc, .bcc, .inReplyTo, .references: false
        }
    }
}

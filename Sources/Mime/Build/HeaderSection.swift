import Base

/// The header of a message that is being built, without what describes its body.
struct HeaderSection {
    private(set) var bytes: [UInt8] = []

    /// Of so many references the first and the last ones are written.
    private static let referenceLimit = 100
    /// What stands on one line without a place to fold.
    private static let wordLimit = 900
    /// The fields that the builder writes.
    private static let own: Set<String> = [
        "from", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "in-reply-to", "references",
        "mime-version", "content-type", "content-transfer-encoding", "content-disposition", "content-id",
    ]

    init(_ builder: MessageBuilder) throws(Failure) {
        guard let from = builder.from else { throw .invalid("from", "no author") }
        add("Date") { $0.word(Array(DateText.format(builder.date ?? Clock.wall()).utf8)) }
        try addresses("From", [from]) { _ in "from" }
        try addresses("To", builder.to) { "to[\($0)]" }
        try addresses("Cc", builder.cc) { "cc[\($0)]" }
        try addresses("Bcc", builder.bcc) { "bcc[\($0)]" }
        try addresses("Reply-To", builder.replyTo) { "reply_to[\($0)]" }
        try Self.check(builder.subject, "subject")
        if !builder.subject.isEmpty { add("Subject") { $0.unstructured(builder.subject) } }
        try identifiers(builder, from)
        for (index, header) in builder.headers.enumerated() { try custom(header, "headers[\(index)]") }
        bytes += Array("MIME-Version: 1.0\r\n".utf8)
    }

    /// Refuses what would end a header line, and NUL.
    static func check(_ text: String, _ field: String) throws(Failure) {
        for byte in text.utf8 where byte == 13 || byte == 10 || byte == 0 {
            throw .invalid(field, "a line end or NUL in a header field")
        }
    }

    /// Refuses what is no Message-ID or Content-ID.
    static func checkID(_ id: String, _ field: String, needsAt: Bool) throws(Failure) {
        let isClean = id.utf8.allSatisfy { $0 > 32 && $0 != 127 && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") }
        guard !id.isEmpty, isClean, id.utf8.count <= wordLimit, !needsAt || id.utf8.contains(UInt8(ascii: "@")) else {
            throw .invalid(
                field, "not an identifier (RFC 5322, section 3.6.4), which stands here without angle brackets")
        }
    }

    private mutating func add(_ name: String, _ write: (inout HeaderWriter) -> Void) {
        var writer = HeaderWriter(name)
        write(&writer)
        bytes += writer.line
    }

    private mutating func addresses(
        _ name: String, _ list: [MailAddress], field: (Int) -> String
    ) throws(Failure) {
        for (index, address) in list.enumerated() {
            try AddressParser.check(address.address, field: field(index))
            try Self.check(address.name ?? "", field(index))
        }
        if list.isEmpty { return }
        add(name) { writer in
            for (index, address) in list.enumerated() {
                writer.address(address)
                if index + 1 < list.count { writer.glued(UInt8(ascii: ",")) }
            }
        }
    }

    private mutating func identifiers(_ builder: MessageBuilder, _ from: MailAddress) throws(Failure) {
        let domain = from.address.split(separator: "@").last.map(String.init) ?? ""
        let id = builder.messageID ?? MessageID.make(domain: domain)
        try Self.checkID(id, "message_id", needsAt: true)
        add("Message-ID") { $0.word(Array("<\(id)>".utf8)) }
        var references = builder.references
        if let parent = builder.inReplyTo {
            try Self.checkID(parent, "in_reply_to", needsAt: false)
            add("In-Reply-To") { $0.word(Array("<\(parent)>".utf8)) }
            if !references.contains(parent) { references.append(parent) }
        }
        for (index, reference) in references.enumerated() {
            try Self.checkID(reference, "references[\(index)]", needsAt: false)
        }
        if references.count > Self.referenceLimit {
            references.removeSubrange(1...(references.count - Self.referenceLimit))
        }
        if references.isEmpty { return }
        add("References") { writer in
            for reference in references { writer.word(Array("<\(reference)>".utf8)) }
        }
    }

    private mutating func custom(_ header: (name: String, value: String), _ field: String) throws(Failure) {
        let name = Array(header.name.utf8)
        guard !name.isEmpty, name.count <= 76,
            name.allSatisfy({ $0 > 32 && $0 < 127 && $0 != UInt8(ascii: ":") })
        else { throw .invalid("\(field).name", "not the name of a header field (RFC 5322, section 2.2)") }
        if Self.own.contains(header.name.lowercased()) {
            throw .invalid("\(field).name", "\(header.name) is written by the library")
        }
        try Self.check(header.value, "\(field).value")
        if header.value.split(separator: " ").contains(where: { $0.utf8.count > Self.wordLimit }) {
            throw .invalid("\(field).value", "a word longer than \(Self.wordLimit) octets")
        }
        add(header.name) { $0.unstructured(header.value) }
    }
}

import Base

/// Makes a message of its fields: text, HTML, inline images and attachments (RFC 5322, RFC 2045 to 2049).
///
/// No field can carry a line end into the header: CR, LF and NUL are refused. Failures name the field as the record of
/// mr_send does: `subject`, `to[0]`, `headers[0].name`, `attachments[1].type`.
package struct MessageBuilder {
    /// The author; required.
    package var from: MailAddress?
    package var to: [MailAddress] = []
    package var cc: [MailAddress] = []
    /// Only into a draft: what is sent names nobody here.
    package var bcc: [MailAddress] = []
    package var replyTo: [MailAddress] = []
    package var subject = ""
    package var text: String?
    package var html: String?
    /// The Message-ID that this answers, without angle brackets. It joins the references.
    package var inReplyTo: String?
    /// Message-IDs, oldest first. Of very many the first and the last ones are written.
    package var references: [String] = []
    /// Without angle brackets; made where it is nil.
    package var messageID: String?
    /// Milliseconds since 1970 UTC; now where it is nil.
    package var date: Int64?
    /// More fields. Those that the builder itself writes are refused.
    package var headers: [(name: String, value: String)] = []
    package var attachments: [Attachment] = []
    /// Whether text may go out as 8bit (8BITMIME); otherwise it is quoted-printable or base64.
    package var allows8Bit = false
    /// Makes the boundaries: one builder writes the same message every time, if `date` and `messageID` are set; two
    /// builders do with the same seed, of letters and digits.
    package var seed = hex(randomBytes(12))

    package init() {}

    /// Whether the header has addresses beyond ASCII, which need SMTPUTF8 (RFC 6531) on their way.
    package var needsSMTPUTF8: Bool {
        ([from].compactMap { $0 } + to + cc + replyTo).contains { address in address.address.utf8.contains { $0 >= 128 }
        }
    }

    /// Writes the message piece by piece: lines of at most 998 octets ended by CRLF, header lines folded at 78. Attachments
    /// are pulled in pieces: memory does not follow their size.
    /// - Throws: `MR_E_INVALID` naming the field, before anything is written but where an attachment ends too early;
    ///   what `sink` and the attachments' readers throw.
    package func write(to sink: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        var out = OutputBuffer()
        for segment in try segments() {
            switch segment {
            case .bytes(let bytes): try out.put(bytes, sink)
            case .base64(let index):
                var lines = Base64Lines()
                try attachments[index].read(piece: Base64Lines.line * 256, field: "attachments[\(index)]") {
                    (bytes) throws(Failure) in
                    lines.append(bytes, to: &out.bytes)
                    try out.flushIfFull(sink)
                }
            case .lines(let index):
                var ends = LineEnds()
                try attachments[index].read(piece: 16 * 1024, field: "attachments[\(index)]") {
                    (bytes) throws(Failure) in
                    ends.append(bytes, to: &out.bytes)
                    try out.flushIfFull(sink)
                }
            }
        }
        try out.flush(sink)
    }

    /// The whole message in memory.
    package func bytes() throws(Failure) -> [UInt8] {
        var out: [UInt8] = []
        try write { out.append(contentsOf: $0) }
        return out
    }

    /// The message in the order in which it is written.
    private func segments() throws(Failure) -> [BodySegment] {
        let header = try HeaderSection(self).bytes
        let root = try BodyPlan(self).root()
        return [.bytes(header + root.header)] + root.rootBody
    }
}

/// Gathers small pieces of output.
struct OutputBuffer {
    var bytes: [UInt8] = []
    private static let size = 32 * 1024

    mutating func put(_ more: [UInt8], _ sink: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        bytes += more
        try flushIfFull(sink)
    }

    mutating func flushIfFull(_ sink: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        if bytes.count >= Self.size { try flush(sink) }
    }

    mutating func flush(_ sink: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        if bytes.isEmpty { return }
        var full: [UInt8] = []
        swap(&full, &bytes)
        try withBytes(of: full, sink)
        full.removeAll(keepingCapacity: true)
        swap(&full, &bytes)
    }
}

/// Makes every line end CRLF. The text has no CR alone.
struct LineEnds {
    private var previous: UInt8 = 0

    mutating func append(_ bytes: UnsafeRawBufferPointer, to out: inout [UInt8]) {
        for byte in bytes {
            if byte == 10, previous != 13 { out.append(13) }
            out.append(byte)
            previous = byte
        }
    }
}

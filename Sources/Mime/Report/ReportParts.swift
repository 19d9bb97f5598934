/// What is kept of a message that may be a report while it goes by: its texts, its reports for machines, and the header
/// of the message that it returns. All bounded, wherever in the message it stands.
struct ReportParts {
    enum Kind {
        /// message/delivery-status (RFC 3464) and its kin for UTF-8 (RFC 6533).
        case status
        /// message/disposition-notification (RFC 8098).
        case disposition
        /// message/feedback-report (RFC 5965).
        case feedback
        case plain, html
        /// The returned message, or its header.
        case returned
    }

    struct Piece {
        let kind: Kind
        let encoding: TransferEncoding
        let charset: String?
        /// As they stand in the message.
        var bytes: [UInt8] = []

        /// The transfer encoding undone.
        var decoded: [UInt8] { encoding.isIdentity ? bytes : BodyDecoder.decode(bytes, encoding) }

        var text: String { Charset.decode(decoded, label: charset, truncated: true).text }
    }

    private(set) var pieces: [Piece] = []
    private var isOpen = false
    private var left = 512 * 1024

    private static let pieceLimit = 64 * 1024
    private static let mostPieces = 50

    static let reports: [String: Kind] = [
        "delivery-status": .status, "global-delivery-status": .status, "disposition-notification": .disposition,
        "global-disposition-notification": .disposition, "feedback-report": .feedback,
    ]

    /// A part that is no multipart begins, outside of any message within the message.
    mutating func begin(_ content: PartContent, isAttachment: Bool) {
        isOpen = false
        guard pieces.count < Self.mostPieces, left > 0, let kind = Self.kind(content, isAttachment) else { return }
        pieces.append(Piece(kind: kind, encoding: content.encoding, charset: content.charset))
        isOpen = true
    }

    mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        guard isOpen, let last = pieces.indices.last else { return }
        let room = min(left, Self.pieceLimit - pieces[last].bytes.count)
        let taken = min(room, bytes.count)
        pieces[last].bytes.append(contentsOf: bytes.piece(0..<taken))
        left -= taken
        if taken < bytes.count { isOpen = false }
    }

    mutating func end() { isOpen = false }

    /// The header of a message within the message.
    mutating func take(header: [UInt8]) {
        guard pieces.count < Self.mostPieces, left > 0 else { return }
        let bytes = Array(header.prefix(min(left, Self.pieceLimit)))
        pieces.append(Piece(kind: .returned, encoding: .sevenBit, charset: nil, bytes: bytes))
        left -= bytes.count
    }

    private static func kind(_ content: PartContent, _ isAttachment: Bool) -> Kind? {
        switch (content.type, content.subtype) {
        case ("message", "rfc822"), ("message", "global"), ("message", "global-headers"), ("text", "rfc822-headers"),
            ("text", "rfc822"), ("message", "rfc822-headers"):
            .returned
        case ("message", let subtype): reports[subtype]
        case ("text", "html"): isAttachment ? nil : .html
        case ("text", let subtype): isAttachment || subtype == "calendar" ? nil : .plain
        default: nil
        }
    }
}

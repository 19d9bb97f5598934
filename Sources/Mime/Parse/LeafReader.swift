/// Reads the body of one part that has no parts: counts what it decodes to, and hands the preview its text.
struct LeafReader {
    private enum Method {
        case identity
        case base64(Base64Counter)
        /// Quoted-printable and uuencode: decoded in pieces, and forgotten.
        case decoded(BodyDecoder)
    }
    private var method = Method.identity
    /// Of base64, as long as the preview wants the text.
    private var previewDecoder: BodyDecoder?
    private var size = 0
    private var scratch: [UInt8] = []

    /// A body of this much is decoded at a time.
    private static let piece = 16 * 1024

    mutating func begin(_ encoding: TransferEncoding, previewed: Bool) {
        size = 0
        previewDecoder = nil
        switch encoding {
        case .base64:
            method = .base64(Base64Counter())
            if previewed { previewDecoder = BodyDecoder(encoding: .base64) }
        case .quotedPrintable, .uuencode: method = .decoded(BodyDecoder(encoding: encoding))
        case .sevenBit, .eightBit, .binary, .unknown: method = .identity
        }
    }

    mutating func feed(_ bytes: UnsafeRawBufferPointer, _ preview: inout PreviewText) {
        if bytes.count == 0 { return }
        switch method {
        case .identity:
            size += bytes.count
            preview.feed(bytes)
        case .base64(var counter):
            counter.feed(bytes)
            method = .base64(counter)
            if preview.target != .none, var decoder = previewDecoder {
                previewDecoder = nil
                Self.inPieces(bytes) { piece in
                    if preview.target == .none { return }
                    scratch.removeAll(keepingCapacity: true)
                    decoder.feed(piece, into: &scratch)
                    scratch.withUnsafeBytes { preview.feed($0) }
                }
                previewDecoder = decoder
            }
        case .decoded(var decoder):
            method = .identity
            Self.inPieces(bytes) { piece in
                scratch.removeAll(keepingCapacity: true)
                decoder.feed(piece, into: &scratch)
                size += scratch.count
                scratch.withUnsafeBytes { preview.feed($0) }
            }
            method = .decoded(decoder)
        }
    }

    /// The decoded size of the whole body.
    mutating func finish(_ preview: inout PreviewText, _ defects: inout Defects) -> Int {
        scratch.removeAll(keepingCapacity: true)
        switch method {
        case .identity: break
        case .base64(var counter):
            size = counter.finish()
            if counter.damaged { defects.note(.base64Damaged) }
            previewDecoder?.finish(into: &scratch)
        case .decoded(var decoder):
            decoder.finish(into: &scratch)
            size += scratch.count
            if let defect = decoder.defect { defects.note(defect) }
        }
        scratch.withUnsafeBytes { preview.feed($0) }
        preview.end()
        return size
    }

    private static func inPieces(_ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
        var at = 0
        while at < bytes.count {
            let end = min(bytes.count, at + piece)
            body(bytes.piece(at..<end))
            at = end
        }
    }
}

/// Undoes the transfer encoding of one part's body, piece by piece. Damage gives the best reading. Charset conversion is
/// another step (`Charset`).
package struct BodyDecoder: Sendable {
    private enum State: Sendable {
        case identity
        case base64(Base64Decoder)
        case quotedPrintable(QuotedPrintableDecoder)
        case uuencode(UUDecoder)
    }
    private var state: State

    package init(encoding: TransferEncoding) {
        state =
            switch encoding {
            case .base64: .base64(Base64Decoder())
            case .quotedPrintable: .quotedPrintable(QuotedPrintableDecoder())
            case .uuencode: .uuencode(UUDecoder())
            case .sevenBit, .eightBit, .binary, .unknown: .identity
            }
    }

    /// What `bytes`, the next piece of the body, give.
    package mutating func feed(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var out: [UInt8] = []
        feed(bytes, into: &out)
        return out
    }

    package mutating func feed(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { feed($0) } }

    /// What the end of the body gives.
    package mutating func finish() -> [UInt8] {
        var out: [UInt8] = []
        finish(into: &out)
        return out
    }

    /// A whole body at once.
    package static func decode(_ bytes: [UInt8], _ encoding: TransferEncoding) -> [UInt8] {
        var decoder = BodyDecoder(encoding: encoding)
        return decoder.feed(bytes) + decoder.finish()
    }

    mutating func feed(_ bytes: UnsafeRawBufferPointer, into out: inout [UInt8]) {
        switch state {
        case .identity: out.append(contentsOf: bytes)
        case .base64(var decoder):
            decoder.feed(bytes, into: &out)
            state = .base64(decoder)
        case .quotedPrintable(var decoder):
            // Out of the enum while it works, so that its buffer is not copied.
            state = .identity
            decoder.feed(bytes, into: &out)
            state = .quotedPrintable(decoder)
        case .uuencode(var decoder):
            state = .identity
            decoder.feed(bytes, into: &out)
            state = .uuencode(decoder)
        }
    }

    mutating func finish(into out: inout [UInt8]) {
        switch state {
        case .identity: break
        case .base64(var decoder):
            decoder.finish(into: &out)
            state = .base64(decoder)
        case .quotedPrintable(var decoder):
            decoder.finish(into: &out)
            state = .quotedPrintable(decoder)
        case .uuencode(var decoder):
            decoder.finish(into: &out)
            state = .uuencode(decoder)
        }
    }

    /// The defect seen so far.
    var defect: Defect? {
        switch state {
        case .base64(let decoder) where decoder.damaged: .base64Damaged
        case .quotedPrintable(let decoder) where decoder.damaged: .quotedPrintableDamaged
        default: nil
        }
    }
}

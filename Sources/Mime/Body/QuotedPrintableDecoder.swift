/// Quoted-printable (RFC 2045, section 6.7) as it comes: spaces before a line end are dropped, lower-case digits and
/// spaces after a soft line break are accepted, an equals sign that starts nothing stays.
struct QuotedPrintableDecoder: Sendable {
    /// Bytes whose meaning the next one decides: spaces, or what follows an equals sign.
    private var held: [UInt8] = []
    private(set) var damaged = false

    /// More undecided bytes than this are no line of quoted-printable: they are taken as they stand.
    private static let heldLimit = 1000
    private static let equals = UInt8(ascii: "=")

    mutating func feed(_ bytes: UnsafeRawBufferPointer, into out: inout [UInt8]) {
        var at = 0
        while at < bytes.count {
            if held.isEmpty {
                let end = plainRun(bytes, from: at)
                if end > at { out.append(contentsOf: bytes.piece(at..<end)) }
                at = end
                if at < bytes.count {
                    held.append(bytes[at])
                    at += 1
                }
            } else if decide(bytes[at], into: &out) {
                at += 1
            }
        }
    }

    mutating func finish(into out: inout [UInt8]) {
        defer { held.removeAll() }
        guard let first = held.first, first == Self.equals else { return }
        // A soft line break at the very end, or half of a byte.
        if held.count > 1, !held[1].isSpace {
            damaged = true
            out += held
        }
    }

    /// The end of the bytes from `from` on that mean themselves.
    private func plainRun(_ bytes: UnsafeRawBufferPointer, from: Int) -> Int {
        var at = from
        while at < bytes.count {
            let byte = bytes[at]
            if byte == Self.equals { return at }
            if byte == 32 || byte == 9 {
                // A single space between words is no trailing one.
                guard at + 1 < bytes.count, bytes[at + 1] > 32 else { return at }
            }
            at += 1
        }
        return at
    }

    /// Takes the byte after the held ones. False where it must be looked at again, with nothing held.
    private mutating func decide(_ byte: UInt8, into out: inout [UInt8]) -> Bool {
        let afterEquals = held[0] == Self.equals
        let space = byte == 32 || byte == 9
        if !afterEquals {
            if space { return hold(byte, into: &out) }
            if byte != 13 && byte != 10 { out += held }
            held.removeAll(keepingCapacity: true)
            return false
        }
        if held.count == 1 {
            if byte.hexValue != nil || space || byte == 13 { return hold(byte, into: &out) }
            if byte == 10 {
                held.removeAll(keepingCapacity: true)
                return true
            }
        } else if let high = held[1].hexValue {
            if let low = byte.hexValue {
                out.append(high << 4 | low)
                held.removeAll(keepingCapacity: true)
                return true
            }
        } else {
            if space || byte == 13 { return hold(byte, into: &out) }
            if byte == 10 {
                held.removeAll(keepingCapacity: true)
                return true
            }
        }
        damaged = true
        out += held
        held.removeAll(keepingCapacity: true)
        return false
    }

    private mutating func hold(_ byte: UInt8, into out: inout [UInt8]) -> Bool {
        held.append(byte)
        if held.count > Self.heldLimit {
            out += held
            held.removeAll(keepingCapacity: true)
        }
        return true
    }
}

import Base

/// Base64 for addresses (RFC 4648, section 5), as it streams in: decodes what comes in pieces.
struct WebBase64 {
    private var group: UInt32 = 0
    private var held = 0
    private var isOver = false
    /// A character that belongs to no alphabet was there.
    private(set) var isDamaged = false

    /// Decodes one more piece behind what is in `out`.
    mutating func decode(_ piece: some Sequence<UInt8>, into out: inout [UInt8]) {
        for byte in piece {
            if byte == UInt8(ascii: "=") {
                isOver = true
                continue
            }
            let value = Self.values[Int(byte)]
            guard value < 64, !isOver else {
                // Line ends within the text do no harm.
                if byte != 10, byte != 13 { isDamaged = true }
                continue
            }
            group = group << 6 | UInt32(value)
            held += 1
            if held == 4 {
                out.append(UInt8(truncatingIfNeeded: group >> 16))
                out.append(UInt8(truncatingIfNeeded: group >> 8))
                out.append(UInt8(truncatingIfNeeded: group))
                group = 0
                held = 0
            }
        }
    }

    /// The last octets, behind the last piece.
    mutating func finish(into out: inout [UInt8]) {
        switch held {
        case 2: out.append(UInt8(truncatingIfNeeded: group >> 4))
        case 3:
            out.append(UInt8(truncatingIfNeeded: group >> 10))
            out.append(UInt8(truncatingIfNeeded: group >> 2))
        case 1: isDamaged = true
        default: break
        }
        held = 0
    }

    /// Both alphabets; 255 where a character is in neither.
    private static let values: [UInt8] = (0...255).map { byte in
        switch UInt8(byte) {
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: Base64.value(of: UInt8(byte)) ?? 255
        }
    }
}

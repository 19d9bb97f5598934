/// Text brought into one line: spaces and control characters become one space, invisible ones go, and it ends at a limit.
struct LineText {
    /// UTF-8.
    private var bytes: [UInt8] = []
    private var count = 0
    private var spaceIsDue = false
    private let limit: Int

    /// - Parameter limit: in Unicode scalars.
    init(limit: Int) {
        self.limit = limit
        bytes.reserveCapacity(min(max(0, limit), 1024) + 16)
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }
    var isFull: Bool { count >= limit }

    /// A byte of ASCII.
    mutating func append(ascii byte: UInt8) {
        if byte <= 32 || byte == 127 {
            spaceIsDue = true
        } else if makeRoom() {
            bytes.append(byte)
        }
    }

    mutating func append(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0...127: append(ascii: UInt8(truncatingIfNeeded: scalar.value))
        case 128...0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0x2800: space()
        case 0xAD, 0x34F, 0x61C, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB:
            // Soft hyphens, joiners and marks of direction: advertisers pad with them, and the rest would be cut apart.
            break
        default:
            if makeRoom() { bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter) }
        }
    }

    mutating func space() { spaceIsDue = true }

    /// Writes the space that is due, and counts one character more. False where there is no room for it.
    private mutating func makeRoom() -> Bool {
        if spaceIsDue, count > 0 {
            // No space at the very end.
            guard count + 2 <= limit else {
                count = limit
                return false
            }
            bytes.append(32)
            count += 1
        }
        spaceIsDue = false
        guard count < limit else { return false }
        count += 1
        return true
    }
}

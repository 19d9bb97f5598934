/// Text brought into one line: spaces and control characters become one space, invisible ones go, and it ends at a limit.
struct LineText {
    private(set) var text = ""
    private var count = 0
    private var spaceIsDue = false
    private let limit: Int

    /// - Parameter limit: in Unicode scalars.
    init(limit: Int) {
        self.limit = limit
    }

    var isFull: Bool { count >= limit }

    mutating func append(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0...32, 127...0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0x2800:
            space()
        case 0xAD, 0x34F, 0x61C, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB:
            // Soft hyphens, joiners and marks of direction: advertisers pad with them, and the rest would be cut apart.
            break
        default:
            if spaceIsDue, count > 0 {
                // No space at the very end.
                guard count + 2 <= limit else {
                    count = limit
                    return
                }
                text.unicodeScalars.append(" ")
                count += 1
            }
            spaceIsDue = false
            guard count < limit else { return }
            text.unicodeScalars.append(scalar)
            count += 1
        }
    }

    mutating func space() { spaceIsDue = true }
}

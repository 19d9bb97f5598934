import Base

/// Base64 as it comes: foreign characters are skipped, an equals sign ends a group wherever it stands, and what follows
/// it starts anew (several texts one after the other).
struct Base64Decoder: Sendable {
    private var group: UInt32 = 0
    private var held = 0
    /// A foreign character or an unfinished group was seen.
    private(set) var damaged = false

    mutating func feed(_ bytes: UnsafeRawBufferPointer, into out: inout [UInt8]) {
        out.reserveCapacity(out.count + bytes.count / 4 * 3 + 3)
        Self.values.withUnsafeBufferPointer { values in
            for byte in bytes {
                let value = values[Int(byte)]
                if value < 64 {
                    group = group << 6 | UInt32(value)
                    held += 1
                    if held == 4 {
                        out.append(UInt8(truncatingIfNeeded: group >> 16))
                        out.append(UInt8(truncatingIfNeeded: group >> 8))
                        out.append(UInt8(truncatingIfNeeded: group))
                        group = 0
                        held = 0
                    }
                } else if value == Self.padding {
                    endGroup(into: &out)
                } else if value == Self.foreign {
                    damaged = true
                }
            }
        }
    }

    mutating func finish(into out: inout [UInt8]) { endGroup(into: &out) }

    private mutating func endGroup(into out: inout [UInt8]) {
        if held == 1 { damaged = true }
        if held >= 2 { out.append(UInt8(truncatingIfNeeded: group >> (held == 2 ? 4 : 10))) }
        if held == 3 { out.append(UInt8(truncatingIfNeeded: group >> 2)) }
        group = 0
        held = 0
    }

    private static let space: UInt8 = 64
    private static let padding: UInt8 = 65
    private static let foreign: UInt8 = 66

    private static let values: [UInt8] = (0..<256).map { index in
        let byte = UInt8(index)
        if let value = Base64.value(of: byte) { return value }
        if byte == UInt8(ascii: "=") { return padding }
        return byte.isSpace ? space : foreign
    }
}

/// How many bytes `Base64Decoder` makes of a text, without making them.
struct Base64Counter: Sendable {
    private var characters = 0
    private var bytes = 0
    private(set) var damaged = false

    mutating func feed(_ text: UnsafeRawBufferPointer) {
        var rest = text
        while rest.count > 0 {
            let padding = rest.index(of: UInt8(ascii: "="))
            let run = UnsafeRawBufferPointer(rebasing: rest[..<(padding ?? rest.count)])
            count(run)
            guard let padding else { break }
            endGroup()
            rest = UnsafeRawBufferPointer(rebasing: rest[(padding + 1)...])
        }
    }

    /// The count so far, with what an unfinished group gives.
    mutating func finish() -> Int {
        endGroup()
        return bytes
    }

    // Comparisons alone, and sums that fit into a byte, so that the compiler makes vectors of bytes of it.
    private mutating func count(_ run: UnsafeRawBufferPointer) {
        var at = 0
        while at < run.count {
            let piece = UnsafeRawBufferPointer(rebasing: run[at..<min(run.count, at + 240)])
            var found: UInt8 = 0
            var spaces: UInt8 = 0
            for byte in piece {
                let letter: UInt8 = (byte | 0x20) &- 97 < 26 ? 1 : 0
                let other: UInt8 = (byte &- 47 < 11 ? 1 : 0) | (byte == 43 ? 1 : 0)
                let space: UInt8 =
                    (byte == 13 ? 1 : 0) | (byte == 10 ? 1 : 0) | (byte == 32 ? 1 : 0) | (byte == 9 ? 1 : 0)
                found &+= letter | other
                spaces &+= space
            }
            characters += Int(found)
            if Int(found) + Int(spaces) != piece.count { damaged = true }
            at += piece.count
        }
    }

    private mutating func endGroup() {
        if characters % 4 == 1 { damaged = true }
        bytes += characters / 4 * 3 + max(0, characters % 4 - 1)
        characters = 0
    }
}

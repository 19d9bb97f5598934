/// uuencode (POSIX), as it still comes with `Content-Transfer-Encoding: x-uuencode`: what stands between `begin` and
/// `end`; a text without `begin` gives nothing.
struct UUDecoder: Sendable {
    private var line: [UInt8] = []
    private var begun = false
    private var ended = false

    /// A line of uuencode has 61 characters.
    private static let lineLimit = 200

    mutating func feed(_ bytes: UnsafeRawBufferPointer, into out: inout [UInt8]) {
        for byte in bytes {
            if byte == 10 {
                endLine(into: &out)
            } else if line.count < Self.lineLimit {
                line.append(byte)
            }
        }
    }

    mutating func finish(into out: inout [UInt8]) { endLine(into: &out) }

    private mutating func endLine(into out: inout [UInt8]) {
        defer { line.removeAll(keepingCapacity: true) }
        if line.last == 13 { line.removeLast() }
        guard !ended, let first = line.first else { return }
        if !begun {
            begun = line.starts(with: "begin ".utf8)
            return
        }
        if line.elementsEqual("end".utf8) {
            ended = true
            return
        }
        var left = Int((first &- 32) & 63)
        var at = 1
        while left > 0 {
            var group: UInt32 = 0
            for offset in 0..<4 {
                let byte = at + offset < line.count ? line[at + offset] : 32
                group = group << 6 | UInt32((byte &- 32) & 63)
            }
            for shift: UInt32 in [16, 8, 0] where left > 0 {
                out.append(UInt8(truncatingIfNeeded: group >> shift))
                left -= 1
            }
            at += 4
        }
    }
}

import Base

/// SHA-256 of a body without CR, LF, space and tab.
struct BodyDigest: ~Copyable {
    private var digest = SHA256()

    mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        withUnsafeTemporaryAllocation(byteCount: 8192, alignment: 1) { buffer in
            var at = 0
            while at < bytes.count {
                let piece = bytes.piece(at..<min(bytes.count, at + buffer.count))
                var kept = 0
                for byte in piece {
                    // Always written, seldom counted back: no branch for the processor to guess.
                    buffer[kept] = byte
                    let dropped = byte == 32 || byte == 10 || byte == 13 || byte == 9
                    kept &+= dropped ? 0 : 1
                }
                digest.update(UnsafeRawBufferPointer(rebasing: buffer[..<kept]))
                at += piece.count
            }
        }
    }

    mutating func finish() -> [UInt8] { digest.finish() }
}

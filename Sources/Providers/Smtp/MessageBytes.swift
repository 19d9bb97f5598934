/// Looking at the mapped message without a copy.
enum MessageBytes {
    /// Whether any octet is above 127: eight of them at a time.
    static func hasEightBit(_ message: UnsafeRawBufferPointer) -> Bool {
        let words = message.count / 8
        for index in 0..<words
        where message.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 {
            return true
        }
        return message[(words * 8)...].contains { $0 >= 0x80 }
    }
}

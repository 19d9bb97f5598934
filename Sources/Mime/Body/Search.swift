import Glibc

extension UnsafeRawBufferPointer {
    /// The first place of `byte` at or after `from`, by memchr(3).
    @inline(__always)
    func index(of byte: UInt8, from: Int = 0) -> Int? {
        guard let base = baseAddress, from < count else { return nil }
        guard let found = memchr(base + from, Int32(byte), count - from) else { return nil }
        return UnsafeRawPointer(found) - base
    }

    /// Whether the buffer begins with `bytes`, by memcmp(3).
    func begins(with bytes: [UInt8]) -> Bool {
        guard count >= bytes.count, let base = baseAddress else { return bytes.isEmpty }
        return bytes.withUnsafeBytes { other in
            guard let start = other.baseAddress else { return true }
            return memcmp(base, start, other.count) == 0
        }
    }

    /// The bytes of `range`, which lies within this buffer.
    @inline(__always)
    func piece(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self[range])
    }
}

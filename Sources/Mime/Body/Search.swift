import Glibc

extension UnsafeRawBufferPointer {
    /// The first place of `byte` at or after `from`, by memchr(3).
    @inline(__always)
    func index(of byte: UInt8, from: Int = 0) -> Int? {
        guard let base = baseAddress, from < count else { return nil }
        guard let found = memchr(base + from, Int32(byte), count - from) else { return nil }
        return UnsafeRawPointer(found) - base
    }

    /// The bytes of `range`, which lies within this buffer.
    @inline(__always)
    func piece(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self[range])
    }
}

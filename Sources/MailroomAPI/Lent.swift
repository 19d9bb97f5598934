import Glibc

/// Memory that a handle lends to the caller of the library as a C pointer: the bytes and a NUL behind them. It lives as
/// long as this object.
final class Lent {
    let start: UnsafeMutableRawPointer
    let count: Int

    private init?(_ bytes: UnsafeRawBufferPointer) {
        guard let memory = malloc(bytes.count + 1) else { return nil }
        if let source = bytes.baseAddress { memcpy(memory, source, bytes.count) }
        memory.storeBytes(of: 0, toByteOffset: bytes.count, as: UInt8.self)
        start = memory
        count = bytes.count
    }

    deinit { free(start) }

    var text: UnsafePointer<CChar> { UnsafePointer(start.assumingMemoryBound(to: CChar.self)) }

    /// Nil where memory is out.
    static func copy(_ text: String) -> Lent? {
        var text = text
        return text.withUTF8 { Lent(UnsafeRawBufferPointer($0)) }
    }

    static func copy(_ bytes: [UInt8]) -> Lent? {
        bytes.withUnsafeBytes { Lent($0) }
    }
}

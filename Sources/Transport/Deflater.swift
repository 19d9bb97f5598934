import Base
import CMailroom
import CSystem

/// Packs raw deflate (RFC 1951), each piece flushed to a whole octet, so that the other side can read it at once.
final class Deflater {
    /// 4 KiB of history and small tables: 40 KiB of memory. Commands are short, and mail that is appended is mostly
    /// encoded already.
    private static let windowBits: Int32 = 12
    private static let memoryLevel: Int32 = 5

    /// In its block, as all of zlib's memory.
    private var stream: UnsafeMutablePointer<z_stream>?
    private var block: UnsafeMutableRawBufferPointer?

    deinit { rest() }

    func pack(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> [UInt8] {
        let stream = try awake()
        // What deflateBound says, the empty block of the flush, and the bits of the block before it.
        let room = Int(deflateBound(stream, UInt(bytes.count))) + 16
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(clamping: bytes.count)
        var code: Int32 = Z_OK
        let packed = [UInt8](unsafeUninitializedCapacity: room) { target, count in
            stream.pointee.next_out = target.baseAddress
            stream.pointee.avail_out = UInt32(clamping: room)
            code = deflate(stream, Z_SYNC_FLUSH)
            count = room - Int(stream.pointee.avail_out)
        }
        // No room left would mean that something was not written out.
        let whole = code == Z_OK && stream.pointee.avail_in == 0 && stream.pointee.avail_out > 0
        stream.pointee.next_in = nil
        stream.pointee.next_out = nil
        guard whole else { throw Failure(MR_E_INTERNAL, "zlib could not pack \(bytes.count) octets (\(code))") }
        return packed
    }

    /// Lets the memory go. The next piece begins without a history, which is as valid: a piece ends with a whole octet, and
    /// what comes next refers to nothing before it.
    func rest() {
        guard let stream, let block else { return }
        deflateEnd(stream)
        BufferPool.give(block)
        self.stream = nil
        self.block = nil
    }

    private func awake() throws(Failure) -> UnsafeMutablePointer<z_stream> {
        if let stream { return stream }
        let block = BufferPool.take(.codec)
        guard let stream = csystem_zlib_stream(block.baseAddress, block.count),
            csystem_deflate_begin(stream, Deflater.windowBits, Deflater.memoryLevel) == Z_OK
        else {
            BufferPool.give(block)
            throw Failure(MR_E_INTERNAL, "no memory to pack a compressed stream")
        }
        self.block = block
        self.stream = stream
        return stream
    }
}

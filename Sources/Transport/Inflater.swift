import Base
import CMailroom
import CSystem

/// Unpacks raw deflate (RFC 1951). At rest it keeps only what the server may still refer to: the last octets that it
/// gave out, at most 32 KiB.
final class Inflater {
    struct Outcome {
        /// Octets of the input that are done with.
        var used = 0
        /// Octets that were given out.
        var made = 0
        /// The sender ended its stream.
        var ended = false
        /// What is wrong with it, in zlib's words.
        var damage: String?
    }

    /// In its block, as all of zlib's memory.
    private var stream: UnsafeMutablePointer<z_stream>?
    private var block: UnsafeMutableRawBufferPointer?
    /// At rest: what was given out last.
    private var recent: [UInt8] = []

    deinit { end() }

    var isResting: Bool { stream == nil }

    private func begin() throws(Failure) -> UnsafeMutablePointer<z_stream> {
        let block = BufferPool.take(.codec)
        guard let stream = csystem_zlib_stream(block.baseAddress, block.count), csystem_inflate_begin(stream) == Z_OK
        else {
            BufferPool.give(block)
            throw Failure(MR_E_INTERNAL, "no memory to unpack a compressed stream")
        }
        self.block = block
        self.stream = stream
        return stream
    }

    private func end() {
        guard let stream, let block else { return }
        inflateEnd(stream)
        BufferPool.give(block)
        self.stream = nil
        self.block = nil
    }

    private func awake() throws(Failure) -> UnsafeMutablePointer<z_stream> {
        if let stream { return stream }
        let stream = try begin()
        if !recent.isEmpty {
            let code = recent.withUnsafeBufferPointer {
                inflateSetDictionary(stream, $0.baseAddress, UInt32(clamping: $0.count))
            }
            recent = []
            guard code == Z_OK else { throw Failure(MR_E_INTERNAL, "a compressed stream could not be gone on with") }
        }
        return stream
    }

    /// Unpacks as much as there is input and room for.
    func unpack(
        _ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) throws(Failure) -> Outcome {
        if bytes.isEmpty, stream == nil { return Outcome() }
        let stream = try awake()
        let given = UInt32(clamping: bytes.count)
        let room = UInt32(clamping: target.count)
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = given
        stream.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = room
        let code = inflate(stream, Z_SYNC_FLUSH)
        var outcome = Outcome(
            used: Int(given - stream.pointee.avail_in), made: Int(room - stream.pointee.avail_out))
        stream.pointee.next_in = nil
        stream.pointee.next_out = nil
        switch code {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: outcome.ended = true
        case Z_MEM_ERROR: throw Failure(MR_E_INTERNAL, "no memory to unpack a compressed stream")
        default: outcome.damage = stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(code)"
        }
        return outcome
    }

    /// Lets the memory go where the stream stands between two blocks at the beginning of an octet, which is where a
    /// flush leaves it (zlib.h at `inflate`, data_type: 128, no unused bits, not the last block).
    func rest() {
        guard let stream, stream.pointee.data_type == 128 else { return }
        var count: UInt32 = 0
        guard inflateGetDictionary(stream, nil, &count) == Z_OK else { return }
        var kept = [UInt8](repeating: 0, count: Int(count))
        guard kept.withUnsafeMutableBufferPointer({ inflateGetDictionary(stream, $0.baseAddress, &count) }) == Z_OK
        else { return }
        recent = kept
        end()
    }
}

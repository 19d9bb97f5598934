import Base
import CMailroom
import Glibc

/// Compression of both directions over another layer: raw deflate, as IMAP's COMPRESS has it (RFC 4978).
///
/// It gives out at most what it is asked for, so that a small piece which unpacks to very much costs time on this
/// stream, and no memory.
final class DeflateFilter: StreamFilter {
    private static let pieceSize = 16 * 1024
    /// So many compressed octets without a single one inside are no stream of a mail server.
    private static let emptyLimit = 256 * 1024

    private let lower: any StreamFilter
    private let peer: Peer
    private let inflater = Inflater()
    private let deflater = Deflater()
    /// Compressed octets that came and were not yet unpacked.
    private var input = StreamBuffer()
    /// Compressed octets that were not yet taken by the layer below, and of how many plain ones they are.
    private var output: [UInt8] = []
    private var sent = 0
    private var taken = 0

    /// - Parameter behind: what came behind the server's consent: it is compressed already.
    init(over lower: any StreamFilter, _ peer: Peer, behind: UnsafeRawBufferPointer) {
        self.lower = lower
        self.peer = peer
        var left = behind
        while !left.isEmpty {
            let room = input.room()
            let count = min(room.count, left.count)
            room.copyMemory(from: UnsafeRawBufferPointer(rebasing: left.prefix(count)))
            input.filled(count)
            left = UnsafeRawBufferPointer(rebasing: left.dropFirst(count))
        }
    }

    func receive(_ buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> FilterStep {
        var empty = 0
        while true {
            let outcome = try inflater.unpack(input.bytes, into: buffer)
            input.drop(outcome.used)
            if let words = outcome.damage { throw damaged(words) }
            if outcome.made > 0 { return .moved(outcome.made) }
            if outcome.ended { return .end }
            empty += outcome.used
            guard empty <= DeflateFilter.emptyLimit else { throw damaged("it has nothing in it") }
            let step = try lower.receive(input.room())
            guard case .moved(let count) = step else {
                input.release()
                return step
            }
            input.filled(count)
        }
    }

    /// Says how much it took once the layer below has all of it. A caller that was told to wait comes again with the
    /// same octets.
    func send(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> FilterStep {
        if taken == 0 {
            let piece = UnsafeRawBufferPointer(rebasing: bytes.prefix(DeflateFilter.pieceSize))
            output = try deflater.pack(piece)
            sent = 0
            taken = piece.count
        }
        while sent < output.count {
            let part = output[sent...]
            let result = part.withUnsafeBytes { raw -> Result<FilterStep, Failure> in
                do throws(Failure) { return .success(try lower.send(raw)) } catch { return .failure(error) }
            }
            guard case .moved(let count) = try result.get() else { return try result.get() }
            sent += count
        }
        output = []
        defer { taken = 0 }
        return .moved(taken)
    }

    func farewell() { lower.farewell() }

    func rest() {
        if taken == 0 { deflater.rest() }
        input.shrink()
        inflater.rest()
        lower.rest()
    }

    private func damaged(_ words: String) -> Failure {
        var failure = Failure(MR_E_PROTOCOL, "\(peer.text): the compressed stream cannot be read")
        failure.serverText = words
        return failure
    }
}

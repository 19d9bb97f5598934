import Base
import CMailroom
import Mime
import Store

/// Reads a stored message, or one decoded part of it, in pieces. One thread at a time.
package final class BlobReader {
    private let engine: Engine
    private let body: Int64
    private var at: Int64
    private let end: Int64
    private var decoder: BodyDecoder?
    private var decoded: [UInt8] = []
    private var decodedAt = 0
    private var finished = false

    fileprivate init(_ engine: Engine, body: Int64, from: Int64, to: Int64, decoder: BodyDecoder?) {
        self.engine = engine
        self.body = body
        at = from
        end = to
        self.decoder = decoder
    }

    /// - Returns: how many bytes were read; 0 at the end.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
        try engine.checkOpen()
        guard buffer.count > 0 else { return 0 }
        guard decoder != nil else {
            let wanted = min(Int64(buffer.count), end - at)
            guard wanted > 0 else { return 0 }
            let got = try engine.core.store.bodyRead(
                body, offset: at, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(wanted)]))
            guard got > 0 else { throw Failure(MR_E_STORE, "a stored message is shorter than it says") }
            at += Int64(got)
            return got
        }
        while decodedAt == decoded.count, !finished { try decodeMore() }
        let count = min(buffer.count, decoded.count - decodedAt)
        decoded.withUnsafeBytes {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[decodedAt..<decodedAt + count]))
        }
        decodedAt += count
        return count
    }

    private func decodeMore() throws(Failure) {
        decodedAt = 0
        guard at < end else {
            decoded = decoder?.finish() ?? []
            finished = true
            return
        }
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 8)
        defer { piece.deallocate() }
        let wanted = Int(min(Int64(piece.count), end - at))
        let got = try engine.core.store.bodyRead(
            body, offset: at, into: UnsafeMutableRawBufferPointer(rebasing: piece[..<wanted]))
        guard got > 0 else { throw Failure(MR_E_STORE, "a stored message is shorter than it says") }
        at += Int64(got)
        decoded = decoder?.feed(UnsafeRawBufferPointer(rebasing: piece[..<got])) ?? []
    }
}

/// Takes an attachment in pieces. One thread at a time.
package final class BlobWriter {
    private let engine: Engine
    private let writer: BodyWriter
    private var sealed = false

    fileprivate init(_ engine: Engine) throws(Failure) {
        self.engine = engine
        writer = try engine.core.store.bodyBegin()
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        try engine.checkOpen()
        guard !sealed else { throw .invalid("blob", "is sealed already") }
        try writer.write(bytes)
    }

    /// - Returns: the id that an attachment's field `blob` takes.
    package func seal() throws(Failure) -> Int64 {
        try engine.checkOpen()
        guard !sealed else { throw .invalid("blob", "is sealed already") }
        let id = try writer.seal()
        sealed = true
        return id
    }

    package func abandon() {
        guard !sealed, (try? engine.checkOpen()) != nil else { return }
        writer.abandon()
        sealed = true
    }
}

extension Engine {
    /// - Parameter part: nil or empty for the raw message; else a part's number, which is decoded.
    package func blobOpen(_ message: Int64, part: String?) throws(Failure) -> BlobReader {
        try checkOpen()
        guard let found = try core.store.messageBody(message) else {
            _ = try core.store.get("message", message)
            throw Failure(MR_E_NOT_FOUND, "the body of message \(message) was not kept")
        }
        guard let part, !part.isEmpty else {
            return BlobReader(self, body: found.body, from: 0, to: found.size, decoder: nil)
        }
        guard let row = try core.store.part(message, number: part) else {
            throw Failure(MR_E_NOT_FOUND, "message \(message) has no part \(part)")
        }
        let from = min(max(row.offset, 0), found.size)
        let to = min(from + max(row.length, 0), found.size)
        let encoding = TransferEncoding(rawValue: row.encoding) ?? .unknown
        return BlobReader(self, body: found.body, from: from, to: to, decoder: BodyDecoder(encoding: encoding))
    }

    package func blobNew() throws(Failure) -> BlobWriter {
        try checkOpen()
        return try BlobWriter(self)
    }
}

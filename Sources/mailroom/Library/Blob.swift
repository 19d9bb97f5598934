import CMailroom

/// A body, read or written in pieces.
final class Blob {
    static let pieceSize = 256 * 1024
    private let pointer: OpaquePointer

    init(_ pointer: OpaquePointer?) throws {
        guard let pointer else { throw ToolError(.failed, "the library gave no body") }
        self.pointer = pointer
    }

    deinit { mr_blob_free(pointer) }

    /// Hands every piece to `take`, in order.
    func read(_ take: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceSize, alignment: 1)
        defer { buffer.deallocate() }
        while true {
            var length = 0
            try checked { mr_blob_read(pointer, buffer.baseAddress, buffer.count, &length, &$0) }
            guard length > 0, length <= buffer.count else { return }
            try take(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<length]))
        }
    }

    /// The whole body, or its first `limit` bytes.
    func bytes(limit: Int) throws -> (bytes: [UInt8], whole: Bool) {
        struct Enough: Error {}
        var bytes: [UInt8] = []
        do {
            try read { piece in
                bytes.append(contentsOf: piece.prefix(limit - bytes.count))
                if bytes.count >= limit { throw Enough() }
            }
            return (bytes, true)
        } catch is Enough {
            return (bytes, false)
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        try checked { mr_blob_write(pointer, bytes.baseAddress, bytes.count, &$0) }
    }

    /// - Returns: the id for an attachment's field `blob`.
    func seal() throws -> Int64 {
        var id: Int64 = 0
        try checked { mr_blob_seal(pointer, &id, &$0) }
        return id
    }
}

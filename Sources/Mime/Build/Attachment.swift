import Base

/// Where the bytes of an attachment come from.
package enum AttachmentSource {
    case memory([UInt8])
    /// Fills the buffer with what begins at `offset`, and gives how many bytes it put there: 0 at the end. It may be asked
    /// for the same bytes twice.
    case reader((_ offset: Int, _ into: UnsafeMutableRawBufferPointer) throws(Failure) -> Int)
}

/// A file that goes with a message.
package struct Attachment {
    /// The file name, any Unicode.
    package var name: String
    /// The media type; parameters may follow it.
    package var type: String
    /// Without angle brackets: what the HTML names after `cid:`.
    package var contentID: String?
    /// Shown within the HTML, and not listed beside it.
    package var inline: Bool
    /// Bytes. The source has to give exactly as many.
    package var size: Int
    package var source: AttachmentSource

    package init(
        name: String, type: String = "application/octet-stream", contentID: String? = nil, inline: Bool = false,
        size: Int, source: AttachmentSource
    ) {
        self.name = name
        self.type = type
        self.contentID = contentID
        self.inline = inline
        self.size = size
        self.source = source
    }

    package init(
        name: String, type: String = "application/octet-stream", contentID: String? = nil, inline: Bool = false,
        bytes: [UInt8]
    ) {
        self.init(
            name: name, type: type, contentID: contentID, inline: inline, size: bytes.count, source: .memory(bytes))
    }

    /// Hands all bytes to `body` in pieces of at most `piece` bytes; every piece but the last is full.
    /// - Parameter field: the attachment's place in the record, for the failure.
    func read(piece: Int, field: String, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        switch source {
        case .memory(let bytes):
            var at = 0
            while at < bytes.count {
                let end = min(bytes.count, at + piece)
                try withBytes(of: Array(bytes[at..<end]), body)
                at = end
            }
        case .reader(let read):
            var offset = 0
            var buffer = [UInt8](repeating: 0, count: min(piece, max(size, 1)))
            while offset < size {
                let wanted = min(buffer.count, size - offset)
                var filled = 0
                while filled < wanted {
                    let got = try Self.fill(&buffer, filled..<wanted) {
                        (target) throws(Failure) in try read(offset + filled, target)
                    }
                    guard got > 0, got <= wanted - filled else {
                        throw .invalid("\(field).data", "ended after \(offset + filled) of \(size) bytes")
                    }
                    filled += got
                }
                try withBytes(of: Array(buffer[..<filled]), body)
                offset += filled
            }
        }
    }

    private static func fill(
        _ buffer: inout [UInt8], _ range: Range<Int>, _ read: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) -> Int {
        var span = buffer.mutableSpan
        return try span.withUnsafeMutableBytes { (all) throws(Failure) in
            try read(UnsafeMutableRawBufferPointer(rebasing: all[range]))
        }
    }
}

/// As `withUnsafeBytes`, with a typed throw.
func withBytes(
    of bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
) throws(Failure) {
    let span = bytes.span
    try span.withUnsafeBytes(body)
}

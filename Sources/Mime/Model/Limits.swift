/// The bounds of parsing. What goes beyond them is left out, and a defect says so.
package struct Limits: Sendable {
    /// Bytes of one header, the message's own or a part's.
    package var headerBytes = 256 * 1024
    /// Bytes of one header line.
    package var headerLine = 64 * 1024
    /// Fields in one header.
    package var headerFields = 2000
    /// Addresses in all fields together.
    package var addresses = 4000
    /// Message-IDs in References.
    package var references = 500
    /// Parts within parts, messages among them.
    package var depth = 64
    /// Parts of the whole message.
    package var parts = 1000
    /// Characters (Unicode scalars) of the preview.
    package var preview = 200

    package init() {}

    /// A line longer than this is never a boundary.
    static let boundaryLine = 1000
}

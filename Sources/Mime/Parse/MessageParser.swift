/// Reads one message (RFC 5322, MIME) fed in pieces of any size. It keeps headers, a preview and counts, never bodies.
/// Nothing that is fed can fail: what is damaged gives the best reading and a `Defect`.
package struct MessageParser: ~Copyable {
    enum State { case header, body, skipping }
    /// The line end before what comes next. It belongs to a boundary line, if one comes.
    enum LineEnd { case none, cr, lf, crlf }

    let limits: Limits
    var state = State.header
    var size = 0
    var tree = PartTree()
    var boundaries = BoundaryStack()
    /// The part that is being read.
    var current = 0
    /// The header that is being read, as whole lines; whether it went beyond the limit, and whether lines are shortened.
    var header: [UInt8] = []
    var headerIsFull = false
    var headerIsCut = false
    /// The begin of a line whose end was not fed yet.
    var carry: [UInt8] = []
    var carried = 0
    var atLineStart = true
    var lineEnd = LineEnd.none
    var top: HeaderBlock?
    /// Where the top-level header ends.
    var topEnd = 0
    var leaf = LeafReader()
    var preview = PreviewText()
    var digest = BodyDigest()
    var defects = Defects()
    /// Signs of a report, and what is kept of it; nil of most messages.
    var signs: ReportSigns?
    var reported: ReportParts?

    package init(limits: Limits = .init()) {
        self.limits = limits
        _ = tree.add(parent: nil, at: 0)
        header.reserveCapacity(4096)
    }

    /// Takes the next bytes of the message.
    package mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        if bytes.count == 0 { return }
        let inBody = top != nil
        if inBody { digest.feed(bytes) }
        consume(bytes, base: size)
        if !inBody, top != nil { digest.feed(bytes.piece((topEnd - size)..<bytes.count)) }
        size += bytes.count
    }

    package mutating func feed(_ bytes: [UInt8]) { bytes.withUnsafeBytes { feed($0) } }

    /// Ends the message and gives what it says.
    package mutating func finish() -> ParsedMessage {
        endOfInput()
        return assemble()
    }

    /// A whole message at once.
    package static func parse(_ bytes: [UInt8], limits: Limits = .init()) -> ParsedMessage {
        var parser = MessageParser(limits: limits)
        parser.feed(bytes)
        return parser.finish()
    }

    /// - Parameter base: where `bytes` begin in the message.
    mutating func consume(_ bytes: UnsafeRawBufferPointer, base: Int) {
        var at = 0
        while at < bytes.count {
            switch state {
            case .header: at = readHeader(bytes, at, base)
            case .body: at = boundaries.isEmpty ? readPlainBody(bytes, at) : readBody(bytes, at, base)
            case .skipping: return
            }
        }
    }

    private mutating func endOfInput() {
        // Ending a header may begin a message within the message, or a body within what was taken for the header:
        // either may leave a last line without its end once more.
        while true {
            if !carry.isEmpty, state != .skipping {
                takeLastLine()
            } else if state == .header {
                endHeader(bodyStart: size)
            } else {
                break
            }
        }
        flushLineEnd()
        closeParts(downTo: nil, end: size)
        while let frame = boundaries.removeLast() { noteUnended(frame) }
    }

    /// A last line without its end. In a body it may be a boundary.
    private mutating func takeLastLine() {
        let line = carry
        let length = carried
        carry = []
        carried = 0
        line.withUnsafeBytes { bytes in
            if state == .header { return takeHeaderLine(bytes, start: size - length, end: size, length: length) }
            if takeBoundary(bytes, start: size - length, end: size) { return }
            flushLineEnd()
            deliver(bytes)
        }
    }
}

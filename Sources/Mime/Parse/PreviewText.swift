/// The beginning of a message's text, gathered while its body goes by: of text/plain, else of text/html, else of what
/// stands before the first boundary.
struct PreviewText {
    /// Where the bytes of the part that is being read go.
    enum Target { case none, plain, html, preamble }

    private struct Gathered {
        var bytes: [UInt8] = []
        var charset: String?
        var truncated = false
    }
    private var plain = Gathered()
    private var html = Gathered()
    private var preamble = Gathered()
    private var plainIsDone = false
    private(set) var target = Target.none

    private static let plainLimit = 4 * 1024
    private static let htmlLimit = 96 * 1024
    private static let preambleLimit = 2 * 1024

    /// A part begins.
    mutating func begin(_ content: PartContent, isAttachment: Bool) {
        target = .none
        guard content.type == "text", !isAttachment, !plainIsDone else { return }
        if content.subtype == "html" {
            guard html.bytes.isEmpty else { return }
            target = .html
            html.charset = content.charset
        } else if content.subtype == "plain" || content.subtype == "enriched" || plain.bytes.isEmpty,
            content.subtype != "calendar", content.subtype != "rfc822-headers"
        {
            target = .plain
            plain = Gathered(charset: content.charset)
        }
    }

    mutating func beginPreamble() { target = preamble.bytes.isEmpty && !plainIsDone ? .preamble : .none }

    /// The multipart has parts: what stands before them speaks to programs that know no MIME.
    mutating func dropPreamble() { preamble = Gathered() }

    /// Decoded bytes of the part.
    mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        switch target {
        case .none: break
        case .plain: if !Self.take(bytes, into: &plain, Self.plainLimit) { end() }
        case .html: if !Self.take(bytes, into: &html, Self.htmlLimit) { end() }
        case .preamble: if !Self.take(bytes, into: &preamble, Self.preambleLimit) { end() }
        }
    }

    /// The part ends.
    mutating func end() {
        if target == .plain {
            if plain.bytes.allSatisfy({ $0.isSpace }) { plain.bytes = [] } else { plainIsDone = true }
        }
        target = .none
    }

    /// The text in one line.
    func text(limit: Int) -> String {
        var text = Self.line(Self.decode(plain), limit: limit)
        if text.isEmpty, !html.bytes.isEmpty {
            var source = html
            if source.charset == nil { source.charset = HTMLText.declaredCharset(source.bytes) }
            text = HTMLText.text(Self.decode(source), limit: limit)
        }
        return text.isEmpty ? Self.line(Self.decode(preamble), limit: limit) : text
    }

    /// False when enough is gathered.
    private static func take(_ bytes: UnsafeRawBufferPointer, into gathered: inout Gathered, _ limit: Int) -> Bool {
        let room = limit - gathered.bytes.count
        gathered.bytes.append(contentsOf: bytes.piece(0..<min(room, bytes.count)))
        if bytes.count <= room { return true }
        gathered.truncated = true
        return false
    }

    private static func decode(_ gathered: Gathered) -> String {
        if gathered.bytes.isEmpty { return "" }
        return Charset.decode(gathered.bytes, label: gathered.charset, truncated: gathered.truncated).text
    }

    private static func line(_ text: String, limit: Int) -> String {
        var out = LineText(limit: limit)
        for scalar in text.unicodeScalars {
            if out.isFull { break }
            out.append(scalar)
        }
        return out.text
    }
}

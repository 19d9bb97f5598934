import Mime

/// A message from a stranger: the parser, in one piece and in many, which must come to the same.
enum MimeTarget {
    static func run(_ input: UnsafeRawBufferPointer) {
        let whole = MessageParser.parse(Array(input))
        var parser = MessageParser()
        var rest = input[...]
        while !rest.isEmpty {
            let size = Int(rest.first ?? 0) % 61 + 1
            parser.feed(UnsafeRawBufferPointer(rebasing: rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        let pieces = parser.finish()
        precondition(whole.subject == pieces.subject && whole.messageID == pieces.messageID)
        precondition(whole.parts.count == pieces.parts.count && whole.preview == pieces.preview)
        precondition(whole.bodyDigest == pieces.bodyDigest && whole.size == pieces.size)
    }
}

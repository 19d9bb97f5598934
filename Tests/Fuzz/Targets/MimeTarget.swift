import Mime

/// A message from a stranger: the parser, in one piece and in many, which must come to the same.
enum MimeTarget {
    static func run(_ input: UnsafeRawBufferPointer) -> [String] {
        let whole = MessageParser.parse(Array(input))
        var parser = MessageParser()
        var rest = input[...]
        while !rest.isEmpty {
            let size = Int(rest.first ?? 0) % 61 + 1
            parser.feed(UnsafeRawBufferPointer(rebasing: rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        let pieces = parser.finish()
        var broken: [String] = []
        func same(_ what: String, _ holds: Bool) { if !holds { broken.append("another \(what) in pieces") } }
        same("subject", whole.subject == pieces.subject)
        same("Message-ID", whole.messageID == pieces.messageID)
        same("structure", whole.parts.count == pieces.parts.count)
        same("preview", whole.preview == pieces.preview)
        same("digest", whole.bodyDigest == pieces.bodyDigest)
        same("size", whole.size == pieces.size)
        return broken
    }
}

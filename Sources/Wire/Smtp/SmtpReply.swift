/// One reply of a server (RFC 5321, section 4.2), all its lines together.
package struct SmtpReply: Sendable, Equatable {
    /// 200 to 599: the parser lets no other through.
    package let code: Int32
    /// The first of its lines' enhanced codes, where its class is that of the reply code (RFC 2034, section 4).
    package let enhanced: SmtpEnhancedStatus?
    /// The text of each line without the codes, as UTF-8 with control characters made blanks.
    package let lines: [String]

    package init(code: Int32, enhanced: SmtpEnhancedStatus? = nil, lines: [String]) {
        self.code = code
        self.enhanced = enhanced
        self.lines = lines
    }

    /// The server's words in one line.
    package var text: String { lines.filter { !$0.isEmpty }.joined(separator: " ") }

    /// The same with no more of its words than people read: of thousands of recipients each has a reply.
    package var brief: SmtpReply {
        var left = 2_000
        var kept: [String] = []
        for line in lines where left > 0 {
            kept.append(line.utf8.count <= left ? line : String(decoding: line.utf8.prefix(left), as: UTF8.self))
            left -= line.utf8.count
        }
        return SmtpReply(code: code, enhanced: enhanced, lines: kept)
    }

    /// 2yz: done.
    package var isDone: Bool { code / 100 == 2 }
    /// 3yz: go on.
    package var isIntermediate: Bool { code / 100 == 3 }
    /// 4yz: not now.
    package var isTransient: Bool { code / 100 == 4 }
    /// 5yz: no.
    package var isPermanent: Bool { code / 100 == 5 }
    /// 421: the server hangs up after it (RFC 5321, section 3.8).
    package var isClosing: Bool { code == 421 }
}

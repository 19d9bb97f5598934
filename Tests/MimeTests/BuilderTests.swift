import Base
import Testing

@testable import Mime

@Suite struct BuilderTests {
    static func simple() -> MessageBuilder {
        var builder = MessageBuilder()
        builder.from = MailAddress(name: "Ann Lee", address: "ann@example.org")
        builder.to = [MailAddress(address: "bob@example.org")]
        builder.subject = "Hello"
        builder.text = "Hi\nBob"
        builder.date = 1_057_049_557_000
        builder.messageID = "1@example.org"
        return builder
    }

    @Test func wholeText() throws {
        let text = String(decoding: try Self.simple().bytes(), as: UTF8.self)
        #expect(
            text == """
                Date: Tue, 01 Jul 2003 08:52:37 +0000\r
                From: Ann Lee <ann@example.org>\r
                To: bob@example.org\r
                Subject: Hello\r
                Message-ID: <1@example.org>\r
                MIME-Version: 1.0\r
                Content-Type: text/plain; charset=utf-8\r
                Content-Transfer-Encoding: 7bit\r
                \r
                Hi\r
                Bob\r

                """)
    }

    @Test func everythingComesBack() throws {
        var builder = Self.simple()
        builder.from = MailAddress(name: "Jörg \"der\" Müller", address: "joerg@example.org")
        builder.to = (0..<30).map { MailAddress(name: "Person \($0), Dr.", address: "p\($0)@example.org") }
        builder.cc = [MailAddress(name: "日本 太郎", address: "taro@example.jp"), MailAddress(address: "\"a b\"@c.d")]
        builder.replyTo = [MailAddress(name: "R", address: "r@example.org")]
        builder.subject =
            "A long subject with ünïcödé words and  two spaces, again and again, =?utf-8?Q?not_a_word?= 👍 end"
        builder.text = "Grüße\n.\nFrom me\ntrailing \n" + String(repeating: "long ", count: 400)
        builder.html = "<p>Grüße <img src=\"cid:pic@x\"></p>\r\n"
        builder.inReplyTo = "parent@example.org"
        builder.references = ["root@example.org"]
        builder.headers = [
            (name: "X-Note", value: "naïve"), (name: "List-Unsubscribe", value: "<https://example.org/u>"),
        ]
        let image = (0..<1000).map { UInt8($0 & 255) }
        builder.attachments = [
            Attachment(name: "pic.png", type: "image/png", contentID: "pic@x", inline: true, bytes: image),
            Attachment(name: "Übersicht 2003.pdf", type: "application/pdf", bytes: Array("%PDF".utf8)),
            Attachment(name: "empty.bin", bytes: []),
            Attachment(name: "note.txt", type: "text/plain; charset=utf-8", bytes: Array("é".utf8)),
        ]
        let raw = try builder.bytes()
        let read = MessageParser.parse(raw)
        #expect(read.defects == [])
        #expect(read.from == [builder.from])
        #expect(read.to == builder.to)
        #expect(read.cc == builder.cc)
        #expect(read.replyTo == builder.replyTo)
        #expect(read.subject == builder.subject)
        #expect(read.date == builder.date)
        #expect(read.messageID == builder.messageID)
        #expect(read.inReplyTo == ["parent@example.org"])
        #expect(read.references == ["root@example.org", "parent@example.org"])
        #expect(read.header("x-note")?.text == "naïve")
        let parts = read.parts
        #expect(
            parts.map { "\($0.number) \($0.type)/\($0.subtype) \($0.isAttachment)" } == [
                " multipart/mixed false", "1 multipart/alternative false", "1.1 text/plain false",
                "1.2 multipart/related false", "1.2.1 text/html false", "1.2.2 image/png false",
                "2 application/pdf true", "3 application/octet-stream true", "4 text/plain true",
            ])
        #expect(
            parts.map(\.filename) == [
                nil, nil, nil, nil, nil, "pic.png", "Übersicht 2003.pdf", "empty.bin", "note.txt",
            ])
        #expect(parts[5].contentID == "pic@x")
        #expect(body(raw, parts[5]) == image)
        #expect(parts[5].decodedSize == 1000)
        #expect(body(raw, parts[2]) == TextBody.canonical(builder.text ?? ""))
        #expect(body(raw, parts[4]) == Array((builder.html ?? "").utf8))
        #expect(body(raw, parts[7]) == [])
        #expect(body(raw, parts[8]) == Array("é".utf8))
        #expect(read.preview.hasPrefix("Grüße . From me trailing long"))
        checkLines(raw)
        #expect(try builder.bytes() == raw)
    }

    /// CRLF alone ends lines, none above 998 octets; header lines are ASCII and at most 78.
    private func checkLines(_ raw: [UInt8]) {
        var line: [UInt8] = []
        var inHeader = true
        for (index, byte) in raw.enumerated() {
            if byte == 13 { #expect(index + 1 < raw.count && raw[index + 1] == 10) }
            if byte == 10 {
                #expect(raw[index - 1] == 13)
                if line.count == 1 { inHeader = false }
                #expect(line.count <= (inHeader ? 79 : 999), "\(String(decoding: line, as: UTF8.self))")
                line = []
            } else {
                line.append(byte)
                #expect(byte < 128)
            }
        }
        #expect(line.isEmpty)
    }

    static let texts: [(Sample, TransferEncoding)] = [
        ("plain", .sevenBit), ("", .sevenBit), ("a\nb\rc\r\nd", .sevenBit),
        (Sample(String(repeating: "x", count: 998)), .sevenBit),
        (Sample(String(repeating: "x", count: 999)), .quotedPrintable), ("From here", .quotedPrintable),
        ("a\nFrom b", .quotedPrintable),
        ("NUL \0 here", .quotedPrintable), ("café and tea for everybody in the house", .quotedPrintable),
        ("日本語のテキスト", .base64), ("tab\there", .sevenBit), ("a = b, ü and a long text of plain words", .quotedPrintable),
        (
            Sample(String(repeating: "ü and forty other letters of plain text. ", count: 50) + " \n \t\n.\n.."),
            .quotedPrintable
        ),
    ]

    @Test(arguments: texts) func text(_ text: Sample, _ encoding: TransferEncoding) throws {
        var builder = Self.simple()
        builder.text = text.text
        let raw = try builder.bytes()
        let part = MessageParser.parse(raw).root
        #expect(part.encoding == encoding)
        let expected = TextBody.canonical(text.text)
        #expect(Array(body(raw, part).prefix(expected.count)) == expected)
        #expect(body(raw, part).count <= expected.count + 2)
        checkLines(raw)
        for line in raw.split(separator: 10) where encoding != .sevenBit { #expect(line.count <= 79) }
    }

    @Test func eightBitWhereAllowed() throws {
        var builder = Self.simple()
        builder.text = "café"
        builder.allows8Bit = true
        let raw = try builder.bytes()
        #expect(MessageParser.parse(raw).root.encoding == .eightBit)
        #expect(MessageParser.parse(raw).preview == "café")
    }

    /// What a caller may get wrong, and the field that the failure names.
    static let mistakes: [(String, @Sendable (inout MessageBuilder) -> Void)] = [
        ("from", { $0.from = nil }),
        ("from", { $0.from = MailAddress(name: "A\r\nBcc: x@y.z", address: "a@b.c") }),
        ("from", { $0.from = MailAddress(address: "a@b.c>\r\nX: y") }),
        ("to[1]", { $0.to.append(MailAddress(address: "nobody")) }),
        ("cc[0]", { $0.cc = [MailAddress(address: "a b@c.d")] }),
        ("reply_to[0]", { $0.replyTo = [MailAddress(name: "\0", address: "a@b.c")] }),
        ("subject", { $0.subject = "a\r\nBcc: x@y.z" }), ("subject", { $0.subject = "a\nb" }),
        ("subject", { $0.subject = "a\0b" }), ("message_id", { $0.messageID = "<1@b.c>" }),
        ("message_id", { $0.messageID = "no-at" }), ("in_reply_to", { $0.inReplyTo = "a b@c" }),
        ("references[1]", { $0.references = ["a@b", "c\r\n@d"] }),
        ("headers[0].name", { $0.headers = [(name: "X Y", value: "")] }),
        ("headers[0].name", { $0.headers = [(name: "", value: "")] }),
        ("headers[0].name", { $0.headers = [(name: "X:", value: "")] }),
        ("headers[0].name", { $0.headers = [(name: "bcc", value: "x@y.z")] }),
        ("headers[0].name", { $0.headers = [(name: "Content-Type", value: "a/b")] }),
        ("headers[1].value", { $0.headers = [(name: "A", value: ""), (name: "B", value: "x\nC: d")] }),
        ("headers[0].value", { $0.headers = [(name: "A", value: String(repeating: "x", count: 901))] }),
        ("attachments[0].name", { $0.attachments = [Attachment(name: "a\r\nb", bytes: [])] }),
        ("attachments[0].type", { $0.attachments = [Attachment(name: "a", type: "nothing", bytes: [])] }),
        ("attachments[0].type", { $0.attachments = [Attachment(name: "a", type: "a/b\r\nX: y", bytes: [])] }),
        ("attachments[0].type", { $0.attachments = [Attachment(name: "a", type: "multipart/mixed", bytes: [])] }),
        ("attachments[0].content_id", { $0.attachments = [Attachment(name: "a", contentID: "<x>", bytes: [])] }),
        ("attachments[0].data", { $0.attachments = [Attachment(name: "a", size: 5, source: .reader { _, _ in 0 })] }),
        ("attachments[0].data", { $0.attachments = [Attachment(name: "a", size: -1, source: .memory([]))] }),
    ]

    @Test(arguments: mistakes.indices) func mistake(_ index: Int) {
        let (field, change) = Self.mistakes[index]
        var builder = Self.simple()
        change(&builder)
        do {
            let raw = try builder.bytes()
            Issue.record("taken: \(String(decoding: raw, as: UTF8.self))")
        } catch {
            #expect(error.field == field)
        }
    }

    @Test func attachmentsAreStreamed() throws {
        var builder = Self.simple()
        let size = 3_000_000
        builder.attachments = [
            Attachment(
                name: "big", size: size,
                source: .reader { offset, into in
                    // A few bytes at a time, as a pipe gives them.
                    let count = min(7777, into.count)
                    for index in 0..<count { into[index] = UInt8(truncatingIfNeeded: (offset + index) &* 31) }
                    return count
                })
        ]
        var largest = 0
        var parser = MessageParser()
        try builder.write {
            largest = max(largest, $0.count)
            parser.feed($0)
        }
        let read = parser.finish()
        #expect(largest < 64 * 1024)
        #expect(read.parts.last?.decodedSize == size)
        #expect(read.defects == [])
    }

    @Test func messagesGoAsTheyAreOrAsFiles() throws {
        let inner = "From: a@b.c\nSubject: inner\n\ntext"
        var builder = Self.simple()
        builder.attachments = [
            Attachment(name: "m.eml", type: "message/rfc822", bytes: Array(inner.utf8)),
            Attachment(name: "n.eml", type: "message/rfc822", bytes: Array("X: é\n\ntext".utf8)),
        ]
        let read = MessageParser.parse(try builder.bytes())
        #expect(
            read.parts.map { "\($0.number) \($0.type)/\($0.subtype)" } == [
                " multipart/mixed", "1 text/plain", "2 message/rfc822", "2.1 text/plain", "3 application/octet-stream",
            ])
        #expect(read.defects == [])
    }

    @Test func identifiers() {
        let one = MessageID.make(domain: "Example.ORG")
        #expect(one.hasSuffix("@example.org"))
        #expect(one != MessageID.make(domain: "example.org"))
        #expect(MessageID.make(domain: "a\r\nb").hasSuffix("@mail.invalid"))
    }
}

import Base
import Testing

@testable import Wire

struct ImapFetchTests {
    struct Row: CustomStringConvertible {
        var description: String
        var uid: UInt32?
        var flags: [String]?
        var date: Int64?
        var size: Int64?
        var modSeq: UInt64?

        init(
            _ text: String, uid: UInt32? = nil, flags: [String]? = nil, date: Int64? = nil, size: Int64? = nil,
            modSeq: UInt64? = nil
        ) {
            description = text
            self.uid = uid
            self.flags = flags
            self.date = date
            self.size = size
            self.modSeq = modSeq
        }
    }

    static let rows = [
        Row(
            "* 2 FETCH (UID 10 FLAGS (\\Seen) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 12)", uid: 10,
            flags: ["\\Seen"], date: 837_596_665_000, size: 12),
        Row("* 2 FETCH (FLAGS () UID 10)", uid: 10, flags: []),
        Row("* 2 FETCH (FLAGS NIL UID \"10\")", uid: 10, flags: []),
        Row("* 2 fetch (uid 10.0 rfc822.size -1)", uid: 10),
        Row("* 0 FETCH (UID 7 RFC822.SIZE NIL)", uid: 7),
        Row("* 2 FETCH  ( UID  7  FLAGS ( \\Seen  ) ) ", uid: 7, flags: ["\\Seen"]),
        Row("* 2 FETCH (UID 7 MODSEQ (12121231000))", uid: 7, modSeq: 12_121_231_000),
        Row("* 2 FETCH (UID 7 MODSEQ 5)", uid: 7, modSeq: 5),
        Row("* 2 FETCH (UID 7 MODSEQ (-1))", uid: 7),
        Row("* 2 FETCH (X-GM-MSGID 1278455344230334865 X-GM-LABELS (\"\\\\Inbox\" {3}\r\na b) UID 7)", uid: 7),
        Row(
            "* 2 FETCH (FLAGS (\\Seen (\\Deleted junk) $l) UID 10 RFC822.SIZE 12)", uid: 10, flags: ["\\Seen", "$l"],
            size: 12),
        Row("* 2 FETCH (INTERNALDATE \"not a date\" UID 9)", uid: 9),
        Row("* 2 FETCH (UID 9 \"\" FLAGS (a))", uid: 9, flags: ["a"]),
        Row("* 2 FETCH (UID 9 XAOL (A {2}\r\n)) B ((C))) RFC822.SIZE 4)", uid: 9, size: 4),
        Row("* 2 FETCH ()"),
    ]

    @Test(arguments: rows)
    func attributes(_ row: Row) throws {
        let data = try #require(try ImapFeed.fetch(row.description))
        #expect(data.uid == row.uid)
        #expect(data.flags == row.flags)
        #expect(data.internalDate == row.date)
        #expect(data.size == row.size)
        #expect(data.modSeq == row.modSeq)
    }

    @Test(
        arguments: [
            ("* 1 FETCH (UID 3 BODY[] {5}\r\nHello FLAGS (\\Seen))", "", nil, "Hello", UInt32(3)),
            ("* 1 FETCH (BODY[] {5}\r\na)\r\n) UID 3)", "", nil, "a)\r\n)", nil),
            ("* 1 FETCH (UID 3 RFC822 {2}\r\nhi)", "", nil, "hi", 3),
            ("* 1 FETCH (UID 3 RFC822.TEXT {2}\r\nhi)", "TEXT", nil, "hi", 3),
            ("* 1 FETCH (UID 3 RFC822.HEADER {2}\r\nhi)", "HEADER", nil, "hi", 3),
            ("* 1 FETCH (UID 3 BODY[]<128> {2}\r\nhi)", "", 128, "hi", 3),
            ("* 1 FETCH (UID 3 body[1.2.mime] {2}\r\nhi)", "1.2.MIME", nil, "hi", 3),
            ("* 1 FETCH (UID 3 BINARY[1] ~{2}\r\nhi)", "1", nil, "hi", 3),
            ("* 1 FETCH (UID 3 BODY[] {0}\r\n)", "", nil, "", 3),
            ("* 1 FETCH (UID 3 BODY[]  {2+}\r\nhi)", "", nil, "hi", 3),
        ] as [(String, String, Int64?, String, UInt32?)])
    func streamed(_ text: String, _ section: String, _ origin: Int64?, _ body: String, _ uid: UInt32?) throws {
        var feed = ImapFeed()
        try feed.feed(text + "\r\n* OK next\r\n")
        let passed = try #require(feed.bodies.first)
        #expect(feed.bodies.count == 1)
        #expect(passed.literal.section == Imap.Section(section, origin: origin))
        #expect(passed.literal.size == Int64(body.utf8.count))
        #expect(passed.literal.fetch.uid == uid)
        #expect(passed.bytes == Array(body.utf8))
        guard feed.responses.count == 2, case .fetch(let data) = feed.responses[0] else {
            Issue.record("not two responses")
            return
        }
        #expect(data.uid == 3)
        #expect(
            data.sections == [
                Imap.SectionData(section: passed.literal.section, content: .streamed(passed.literal.size))
            ])
        #expect(feed.isAtRest)
    }

    /// A few fields of a header are held, wherever they stand.
    @Test(arguments: [
        "* 1 FETCH (UID 3 BODY[HEADER.FIELDS (DATE \"FROM\")] {4}\r\nhi\r\n FLAGS (\\Seen))",
        "* 1 FETCH (BODY[HEADER.FIELDS (DATE \"FROM\")] {4}\r\nhi\r\n UID 3 FLAGS (\\Seen))",
        "* 1 FETCH (UID 3 FLAGS (\\Seen) BODY[header.fields (date \"from\")] ~{4}\r\nhi\r\n)",
    ])
    func heldFields(_ text: String) throws {
        var feed = ImapFeed()
        try feed.feed(text + "\r\n")
        #expect(feed.bodies.isEmpty && feed.isAtRest)
        guard case .fetch(let data)? = feed.responses.first else {
            Issue.record("no FETCH")
            return
        }
        #expect(data.uid == 3 && data.flags == ["\\Seen"])
        #expect(
            data.sections == [
                Imap.SectionData(
                    section: Imap.Section("HEADER.FIELDS (DATE \"FROM\")"), content: .string(Array("hi\r\n".utf8)))
            ])
    }

    @Test(arguments: [
        ("BODY[] \"in quotes\"", Imap.Item.string(Array("in quotes".utf8))),
        ("BODY[] NIL", .none),
        ("BODY[] \"\"", .string([])),
        ("RFC822 atom", .atom(Array("atom".utf8))),
    ])
    func bodyWithoutLiteral(_ item: String, _ content: Imap.Item) throws {
        let data = try #require(try ImapFeed.fetch("* 1 FETCH (\(item) UID 4)"))
        #expect(data.sections == [Imap.SectionData(section: Imap.Section(""), content: content)])
        #expect(data.uid == 4)
    }

    @Test func severalBodiesInOneFetch() throws {
        var feed = ImapFeed()
        try feed.feed("* 1 FETCH (BODY[HEADER] {3}\r\nabc BODY[TEXT] {4}\r\ndefg UID 8)\r\n")
        #expect(feed.bodies.map(\.bytes) == [Array("abc".utf8), Array("defg".utf8)])
        guard case .fetch(let data)? = feed.responses.first else {
            Issue.record("no FETCH")
            return
        }
        #expect(data.uid == 8)
        #expect(data.sections.map(\.section.name) == ["HEADER", "TEXT"])
    }

    @Test func envelope() throws {
        let text =
            "* 4 FETCH (ENVELOPE (\"Tue, 17 Jul 1996 02:44:25 -0700\" {5}\r\nhello ((\"A B\" NIL \"a\" \"x.org\")) NIL () "
            + "((NIL NIL \"to\" \"x.org\")(NIL NIL \"group\" NIL)) NIL NIL \"<r@x>\" \"<m@x>\") UID 2)"
        let data = try #require(try ImapFeed.fetch(text))
        let envelope = try #require(data.envelope)
        #expect(envelope.subject == "hello")
        #expect(envelope.from == [Imap.Envelope.Address(name: "A B", mailbox: "a", host: "x.org")])
        #expect(envelope.sender.isEmpty && envelope.replyTo.isEmpty && envelope.bcc.isEmpty)
        #expect(envelope.to.count == 2)
        #expect(envelope.inReplyTo == "<r@x>")
        #expect(envelope.messageID == "<m@x>")
        #expect(data.uid == 2)
    }

    @Test func envelopeThatEndsEarly() throws {
        let data = try #require(try ImapFeed.fetch("* 4 FETCH (ENVELOPE (NIL \"s\"))"))
        #expect(data.envelope?.subject == "s")
        #expect(data.envelope?.messageID == nil)
    }

    @Test func bodyStructure() throws {
        let text =
            "* 1 FETCH (BODYSTRUCTURE ((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"utf-8\") NIL NIL \"7BIT\" 2279 -1)"
            + "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"8BIT\" 99 (NIL \"inner\" NIL NIL NIL NIL NIL NIL NIL NIL) "
            + "(\"TEXT\" \"HTML\" NIL NIL NIL \"7BIT\" 5 1) 7) \"MIXED\"))"
        let data = try #require(try ImapFeed.fetch(text))
        guard case .multipart("mixed", let parts)? = data.bodyStructure, parts.count == 2,
            case .single(let plain) = parts[0], case .single(let message) = parts[1]
        else {
            Issue.record("no multipart of two")
            return
        }
        #expect(plain.parameters == ["charset": "utf-8"])
        #expect(plain.size == 2279)
        #expect(plain.lines == nil)
        #expect(message.envelope?.subject == "inner")
        #expect(message.lines == 7)
        guard case .single(let html)? = message.inner else {
            Issue.record("no inner part")
            return
        }
        #expect(html.subtype == "html")
    }

    @Test(arguments: [
        "* 1 FETCH (UID 4", "* 1 FETCH UID 4", "* 1 FETCH (UID)", "* 1 FETCH (FLAGS (a)", "* 1 FETCH (BODY[",
        "* 1 FETCH (UID 4 BODY[] {3}\r\nabc", "* 1 FETCH (X \"no end)",
    ])
    func damaged(_ text: String) throws {
        guard case .damaged(let name, _)? = try ImapFeed.responses(text + "\r\n").last else {
            Issue.record("it was read")
            return
        }
        #expect(!name.isEmpty)
    }

    @Test(
        arguments: [
            ("17-Jul-1996 02:44:25 -0700", 837_596_665_000), (" 1-Jan-1970 00:00:00 +0000", 0),
            ("1-jan-1970 01:00:00 +0100", 0), ("29-Feb-2000 12:00:00 +0000", 951_825_600_000),
            ("31-Dec-1969 23:59:59 +0000", -1000), ("01-Jul-2026", 1_782_864_000_000),
            ("01-Jul-2026 00:00:60 +0000", 1_782_864_060_000),
            ("32-Jul-2026 00:00:00 +0000", nil), ("1-Foo-2026 00:00:00 +0000", nil), ("", nil),
            ("1-Jul-99999 00:00:00", nil),
            ("1-Jul-2026 99:00:00 +0000", nil),
        ] as [(String, Int64?)])
    func internalDate(_ text: String, _ expected: Int64?) {
        #expect(Imap.InternalDate.milliseconds(Array(text.utf8)) == expected)
    }
}

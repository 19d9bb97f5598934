import Testing

@testable import Wire

extension Imap.Command: CustomTestStringConvertible {
    public var testDescription: String { step }
}

struct ImapCommandTests {
    static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// `|`: the server is waited for.
    static func encode(_ command: Imap.Command, _ capabilities: [String]) -> String {
        CommandEncoder(tag: "m1", command, Imap.Capabilities(capabilities)).chunks
            .map { String(decoding: $0, as: UTF8.self) }.joined(separator: "|")
    }

    static let table: [(Imap.Command, [String], Sample)] = [
        (.capability, [], "m1 CAPABILITY\r\n"),
        (.noop, [], "m1 NOOP\r\n"),
        (.startTLS, [], "m1 STARTTLS\r\n"),
        (.logout, [], "m1 LOGOUT\r\n"),
        (.enable(["CONDSTORE", "QRESYNC"]), [], "m1 ENABLE CONDSTORE QRESYNC\r\n"),
        (.id([]), [], "m1 ID NIL\r\n"),
        (
            .id([Imap.IDField("name", "Mail\"room"), Imap.IDField("os", nil)]), [],
            "m1 ID (\"name\" \"Mail\\\"room\" \"os\" NIL)\r\n"
        ),
        (.login(user: bytes("u"), password: bytes("p\\w\"d")), [], "m1 LOGIN \"u\" \"p\\\\w\\\"d\"\r\n"),
        (.login(user: bytes("ü"), password: bytes("p\r\n")), [], "m1 LOGIN {2}\r\n|ü {3}\r\n|p\r\n\r\n"),
        (.login(user: bytes("ü"), password: bytes("p")), ["LITERAL+"], "m1 LOGIN {2+}\r\nü \"p\"\r\n"),
        (.login(user: bytes("ü"), password: bytes("")), ["LITERAL-"], "m1 LOGIN {2+}\r\nü \"\"\r\n"),
        (
            .login(user: bytes("u"), password: [UInt8](repeating: 0x61, count: 5000)), ["LITERAL-"],
            "m1 LOGIN \"u\" {5000}\r\n|\(String(repeating: "a", count: 5000))\r\n"
        ),
        (
            .authenticate(.plain(user: bytes("tim"), password: bytes("tanstaaftanstaaf"))), ["SASL-IR"],
            "m1 AUTHENTICATE PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n"
        ),
        (
            .authenticate(.plain(user: bytes("tim"), password: bytes("tanstaaftanstaaf"))), [],
            "m1 AUTHENTICATE PLAIN\r\n|AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n"
        ),
        (
            .authenticate(.login(user: bytes("tim"), password: bytes("x"))), ["SASL-IR"],
            "m1 AUTHENTICATE LOGIN\r\n|dGlt\r\n|eA==\r\n"
        ),
        (.list(pattern: bytes("*"), returning: []), [], "m1 LIST \"\" \"*\"\r\n"),
        (.list(pattern: bytes("*"), returning: ["SPECIAL-USE"]), [], "m1 LIST \"\" \"*\" RETURN (SPECIAL-USE)\r\n"),
        (.examine(mailbox: bytes("a \"b\""), .condStore), [], "m1 EXAMINE \"a \\\"b\\\"\" (CONDSTORE)\r\n"),
        (.examine(mailbox: bytes("ä"), .plain), [], "m1 EXAMINE {2}\r\n|ä\r\n"),
        (
            .examine(mailbox: bytes("x\r\nm2 DELETE y"), .plain), [],
            "m1 EXAMINE {14}\r\n|x\r\nm2 DELETE y\r\n"
        ),
        (
            .examine(
                mailbox: bytes("a"), .resync(Imap.Resync(uidValidity: 7, modSeq: 9, known: Imap.NumberSet(3...8)))), [],
            "m1 EXAMINE \"a\" (QRESYNC (7 9 3:8))\r\n"
        ),
        (
            .examine(mailbox: bytes("a"), .resync(Imap.Resync(uidValidity: 7, modSeq: 9, known: Imap.NumberSet()))), [],
            "m1 EXAMINE \"a\" (QRESYNC (7 9))\r\n"
        ),
        (
            .status(mailbox: bytes("a b"), items: ["MESSAGES", "UIDNEXT"]), [],
            "m1 STATUS \"a b\" (MESSAGES UIDNEXT)\r\n"
        ),
        (.namespace, [], "m1 NAMESPACE\r\n"),
        (.myRights(mailbox: bytes("user/bob")), [], "m1 MYRIGHTS \"user/bob\"\r\n"),
        (.compress, [], "m1 COMPRESS DEFLATE\r\n"),
        (
            .authenticate(.plain(user: bytes("tim"), password: bytes("x"), acting: bytes("ann"))), ["SASL-IR"],
            "m1 AUTHENTICATE PLAIN YW5uAHRpbQB4\r\n"
        ),
        (.fetch(Imap.NumberSet([1, 501]), items: ["UID"]), [], "m1 FETCH 1,501 (UID)\r\n"),
        (
            .uidFetch(Imap.NumberSet(4...9), items: ["UID", "FLAGS"], changedSince: 7), [],
            "m1 UID FETCH 4:9 (UID FLAGS) (CHANGEDSINCE 7)\r\n"
        ),
        (
            .uidFetch(Imap.NumberSet([3]), items: ["UID", "BODY.PEEK[]"], changedSince: nil), [],
            "m1 UID FETCH 3 (UID BODY.PEEK[])\r\n"
        ),
        (.uidSearch("RETURN (ALL) UID 1:9"), [], "m1 UID SEARCH RETURN (ALL) UID 1:9\r\n"),
        (.select(mailbox: bytes("INBOX")), [], "m1 SELECT \"INBOX\"\r\n"),
        (
            .status(mailbox: bytes("a"), items: ["APPENDLIMIT", "UIDNEXT"]), [],
            "m1 STATUS \"a\" (APPENDLIMIT UIDNEXT)\r\n"
        ),
        (.create(mailbox: bytes("Sent")), [], "m1 CREATE \"Sent\"\r\n"),
        (.subscribe(mailbox: bytes("Sent")), [], "m1 SUBSCRIBE \"Sent\"\r\n"),
        (
            .uidStore(Imap.NumberSet([4, 5]), .add, flags: ["\\Seen", "$Label1"]), [],
            "m1 UID STORE 4:5 +FLAGS (\\Seen $Label1)\r\n"
        ),
        (.uidStore(Imap.NumberSet([4]), .remove, flags: ["a"]), [], "m1 UID STORE 4 -FLAGS (a)\r\n"),
        (.uidCopy(Imap.NumberSet([4]), mailbox: bytes("ä")), ["LITERAL-"], "m1 UID COPY 4 {2+}\r\nä\r\n"),
        (.uidMove(Imap.NumberSet([4]), mailbox: bytes("b")), [], "m1 UID MOVE 4 \"b\"\r\n"),
        (.uidExpunge(Imap.NumberSet([4])), [], "m1 UID EXPUNGE 4\r\n"),
        (.expunge, [], "m1 EXPUNGE\r\n"),
        (
            .uidSearchMessageID(bytes("<a\"\r\nb>")), [],
            "m1 UID SEARCH HEADER MESSAGE-ID {7}\r\n|<a\"\r\nb>\r\n"
        ),
        (.idle, [], "m1 IDLE\r\n|"),
        (.append(Imap.Append(mailbox: bytes("S"), size: 9)), [], "m1 APPEND \"S\" {9}\r\n|"),
        (.append(Imap.Append(mailbox: bytes("S"), size: 4096)), ["LITERAL-"], "m1 APPEND \"S\" {4096+}\r\n"),
        (.append(Imap.Append(mailbox: bytes("S"), size: 4097)), ["LITERAL-"], "m1 APPEND \"S\" {4097}\r\n|"),
        // A refusal shall not cost the message.
        (.append(Imap.Append(mailbox: bytes("S"), size: 65_537)), ["LITERAL+"], "m1 APPEND \"S\" {65537}\r\n|"),
        (
            .append(
                Imap.Append(
                    mailbox: bytes("ä"), flags: ["\\Seen", "x"], internalDate: 837_596_665_999, size: 65_536,
                    hasNUL: true)),
            ["LITERAL+"],
            "m1 APPEND {2+}\r\nä (\\Seen x) \"17-Jul-1996 09:44:25 +0000\" ~{65536+}\r\n"
        ),
        (
            .notify(
                Imap.Notify(
                    selected: true, mailboxes: [bytes("a b"), bytes("c")], events: ["MessageNew", "MessageExpunge"])),
            [],
            "m1 NOTIFY SET (selected (MessageNew MessageExpunge)) (mailboxes (\"a b\" \"c\") (MessageNew MessageExpunge))\r\n"
        ),
        (
            .notify(Imap.Notify(selected: true, mailboxes: [], events: ["MessageNew"])), [],
            "m1 NOTIFY SET (selected (MessageNew))\r\n"
        ),
    ]

    @Test(arguments: table)
    func encoded(_ command: Imap.Command, _ capabilities: [String], _ expected: Sample) {
        #expect(Self.encode(command, capabilities) == expected.text)
    }

    @Test func secrets() {
        #expect(Imap.Command.login(user: [], password: []).isSecret)
        #expect(Imap.Command.authenticate(.plain(user: [], password: [])).isSecret)
        #expect(!Imap.Command.noop.isSecret)
    }
}

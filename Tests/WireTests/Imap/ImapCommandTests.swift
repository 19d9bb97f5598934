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

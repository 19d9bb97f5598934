import Base
import CMailroom
import Testing

@testable import Wire

/// NAMESPACE, MYRIGHTS, the names of objects, and what counts as offered.
struct ImapNamespaceTests {
    static func space(_ prefix: String, _ delimiter: String?) -> Imap.Namespaces.Space {
        Imap.Namespaces.Space(prefix: Array(prefix.utf8), delimiter: delimiter)
    }

    static let table: [(String, Imap.Namespaces)] = [
        ("* NAMESPACE NIL NIL NIL", Imap.Namespaces()),
        ("* NAMESPACE ((\"\" \"/\")) NIL NIL", Imap.Namespaces(personal: [space("", "/")])),
        (
            "* NAMESPACE ((\"INBOX.\" \".\")) ((\"user.\" \".\")) ((\"#shared.\" \".\")(\"\" NIL))",
            Imap.Namespaces(
                personal: [space("INBOX.", ".")], others: [space("user.", ".")],
                shared: [space("#shared.", "."), space("", nil)])
        ),
        // An extension behind the delimiter, a literal, and kinds that are left out.
        (
            "* NAMESPACE ((\"\" \"/\" \"X-PARAM\" (\"FLAG1\" \"FLAG2\"))) (({2}\r\n~a \"\"))",
            Imap.Namespaces(personal: [space("", "/")], others: [space("~a", nil)])
        ),
        ("* NAMESPACE () () ()", Imap.Namespaces()),
        ("* NAMESPACE ((\"\" \"/\") x ()) NIL NIL", Imap.Namespaces(personal: [space("", "/")])),
    ]

    @Test(arguments: table)
    func namespaces(_ text: String, _ expected: Imap.Namespaces) throws {
        #expect(try ImapFeed.responses(text) == [.namespaces(expected)])
    }

    @Test(arguments: [
        ("* MYRIGHTS INBOX lrs", "INBOX", "lrs"), ("* MYRIGHTS \"a b\" \"lr\"", "a b", "lr"),
        ("* MYRIGHTS {3}\r\na\"b NIL", "a\"b", ""),
    ])
    func rights(_ text: String, _ name: String, _ rights: String) throws {
        let expected = Imap.MyRights(name: Array(name.utf8), rights: rights)
        #expect(try ImapFeed.responses(text) == [.myRights(expected)])
    }

    @Test(arguments: [
        ("* NAMESPACE x", "NAMESPACE"), ("* NAMESPACE ((\"\"", "NAMESPACE"), ("* MYRIGHTS", "MYRIGHTS"),
        ("* MYRIGHTS INBOX", "MYRIGHTS"),
    ])
    func damaged(_ text: String, _ name: String) throws {
        guard case .damaged(name, _)? = try ImapFeed.responses(text).first else {
            Issue.record("it was read: \(try ImapFeed.responses(text))")
            return
        }
    }

    @Test(
        arguments: [
            ("* STATUS x (MAILBOXID (F2212ea87-6097) MESSAGES 3.0)", "F2212ea87-6097", 3),
            ("* STATUS x (MESSAGES \"4\" MAILBOXID F1)", "F1", 4), ("* STATUS x (MAILBOXID NIL MESSAGES -1)", nil, nil),
            ("* STATUS x (MAILBOXID () MESSAGES 3.x)", nil, nil),
            ("* STATUS x (MAILBOXID (a\u{f8}b) MESSAGES 3)", nil, 3),
            ("* STATUS x (MAILBOXID (a.b) MESSAGES 3)", nil, 3),
        ] as [(String, String?, UInt64?)])
    func statusWithObject(_ text: String, _ object: String?, _ messages: UInt64?) throws {
        guard case .mailboxStatus(let status)? = try ImapFeed.responses(text).first else {
            Issue.record("no status")
            return
        }
        #expect(status.objectID == object && status.counters["MESSAGES"] == messages)
        #expect(status.counters["MAILBOXID"] == nil)
    }

    @Test(arguments: [
        ("IMAP4rev2", "", ["LIST-STATUS", "NAMESPACE", "ESEARCH", "MOVE"], ["CONDSTORE"]),
        ("IMAP4rev2", "LIST-STATUS", ["ESEARCH", "IMAP4REV2"], ["LIST-STATUS"]),
        ("IMAP4rev1 QRESYNC", "", ["CONDSTORE", "QRESYNC"], ["ENABLE"]),
        ("QRESYNC CONDSTORE", "CONDSTORE", [], ["CONDSTORE", "QRESYNC"]),
        ("QRESYNC", "QRESYNC", ["CONDSTORE"], ["QRESYNC"]),
    ])
    func without(_ offered: String, _ off: String, _ there: [String], _ gone: [String]) {
        let all = Imap.Capabilities(offered.split(separator: " ").map(String.init))
        let left = all.without(Set(off.split(separator: " ").map(String.init)))
        #expect(there.allSatisfy { left.has($0) } && !gone.contains { left.has($0) }, "\(left.names.sorted())")
    }

    @Test(
        arguments: [("APPENDLIMIT=35651584", 35_651_584), ("APPENDLIMIT", nil), ("APPENDLIMIT=x", nil)]
            as [(String, Int64?)])
    func appendLimit(_ word: String, _ limit: Int64?) {
        #expect(Imap.Capabilities([word]).appendLimit == limit)
    }

    @Test(
        arguments: [
            (0, "1-Jan-1970"), (951_782_400_000, "29-Feb-2000"), (951_868_799_999, "29-Feb-2000"),
            (951_868_800_000, "1-Mar-2000"),
            (1_699_920_000_000 - 1, "13-Nov-2023"), (4_107_542_400_000, "1-Mar-2100"),
            (253_402_300_799_999, "31-Dec-9999"),
            (253_402_300_800_000, nil), (-1, nil),
        ] as [(Int64, String?)])
    func days(_ milliseconds: Int64, _ text: String?) {
        #expect(Imap.InternalDate.day(milliseconds) == text)
    }

    /// Every set against every other, in a small world.
    @Test func subtracting() {
        func set(_ bits: Int) -> Imap.NumberSet {
            Imap.NumberSet((0..<7).filter { bits >> $0 & 1 == 1 }.map { UInt32($0) })
        }
        for first in 0..<128 {
            for second in 0..<128 { #expect(set(first).subtracting(set(second)) == set(first & ~second)) }
        }
        let whole = Imap.NumberSet(0...UInt32.max)
        #expect(whole.subtracting(Imap.NumberSet(5...UInt32.max)) == Imap.NumberSet(0...4))
        #expect(whole.subtracting(Imap.NumberSet(0...5)) == Imap.NumberSet(6...UInt32.max))
    }
}

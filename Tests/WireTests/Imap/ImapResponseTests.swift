import Base
import CMailroom
import Testing

@testable import Wire

struct ImapResponseTests {
    static func status(_ kind: Imap.Status.Kind, _ text: String, _ code: Imap.ResponseCode? = nil) -> Imap.Status {
        Imap.Status(kind, code: code, text: text)
    }

    static let table: [(String, Imap.Response)] = [
        ("+ idling", .goAhead("idling")),
        ("+", .goAhead("")),
        ("a1 OK done", .tagged("a1", status(.ok, "done"))),
        ("a1 ok", .tagged("a1", status(.ok, ""))),
        ("* OK Still here", .status(status(.ok, "Still here"))),
        ("* BYE Autologout; idle for too long", .status(status(.bye, "Autologout; idle for too long"))),
        ("* PREAUTH welcome", .status(status(.preauth, "welcome"))),
        // A status line's text is free: no literal follows.
        ("* NO the quota is {5}", .status(status(.no, "the quota is {5}"))),
        ("a2 NO {12}", .tagged("a2", status(.no, "{12}"))),
        ("* OK [half a code", .status(status(.ok, "[half a code"))),
        (
            "* CAPABILITY IMAP4rev1 idle AUTH=PLAIN",
            .capability(Imap.Capabilities(["IMAP4REV1", "IDLE", "AUTH=PLAIN"]))
        ),
        ("* ENABLED CONDSTORE", .enabled(["CONDSTORE"])),
        ("* 172 EXISTS", .exists(172)),
        ("*  172   EXISTS ", .exists(172)),
        ("* 1 RECENT", .recent(1)),
        ("* 44 EXPUNGE", .expunge(44)),
        ("* FLAGS (\\Answered \\Seen custom)", .flags(["\\Answered", "\\Seen", "custom"])),
        ("* FLAGS NIL", .flags([])),
        ("* FLAGS (\\Seen (\\Deleted junk) $label1)", .flags(["\\Seen", "$label1"])),
        ("* ID (\"name\" \"Cyrus\" \"os\" NIL)", .id([Imap.IDField("name", "Cyrus"), Imap.IDField("os", nil)])),
        ("* ID NIL", .id([])),
        ("* ACL INBOX ann lrs", .other("ACL")),
        ("* QUOTA \"\" (STORAGE 10 512)", .other("QUOTA")),
        ("* 5 EXPUNGED", .other("EXPUNGED")),
        ("* 99999999999 EXISTS", .exists(.max)),
    ]

    @Test(arguments: table)
    func read(_ text: String, _ expected: Imap.Response) throws {
        #expect(try ImapFeed.responses(text) == [expected])
    }

    @Test(arguments: [
        ("[UIDNEXT 4392] Predicted", "UIDNEXT", Imap.ResponseCode.Value.number(4392), "Predicted"),
        ("[HIGHESTMODSEQ 715194045007]", "HIGHESTMODSEQ", .number(715_194_045_007), ""),
        ("[HIGHESTMODSEQ -1] Zoho", "HIGHESTMODSEQ", .none, "Zoho"),
        ("[UIDVALIDITY 12.0] mail.ru", "UIDVALIDITY", .number(12), "mail.ru"),
        (
            "[PERMANENTFLAGS (\\Deleted \\*)] Limited", "PERMANENTFLAGS", .permanentFlags(["\\Deleted", "\\*"]),
            "Limited"
        ),
        ("[PERMANENTFLAGS NIL]", "PERMANENTFLAGS", .permanentFlags([]), ""),
        ("[CAPABILITY IMAP4rev2] x", "CAPABILITY", .capability(Imap.Capabilities(["IMAP4rev2"])), "x"),
        ("[BADCHARSET (\"a]b\" UTF-8)] no", "BADCHARSET", .none, "no"),
        ("[AUTHENTICATION FAILED] Google's", "AUTHENTICATIONFAILED", .none, "Google's"),
        ("[alert] Please log in", "ALERT", .none, "Please log in"),
        ("[]", "", .none, ""),
    ])
    func code(_ text: String, _ name: String, _ value: Imap.ResponseCode.Value, _ words: String) throws {
        guard case .status(let status)? = try ImapFeed.responses("* OK \(text)").first else {
            Issue.record("no status")
            return
        }
        #expect(status.code?.name == name)
        #expect(status.code?.value == value)
        #expect(status.text == words)
    }

    static let lists: [(String, [String], String?, String)] = [
        ("* LIST (\\HasNoChildren) \"/\" INBOX", ["\\HasNoChildren"], "/", "INBOX"),
        ("* LIST (\\Noselect) NIL \"[Gmail]\"", ["\\Noselect"], nil, "[Gmail]"),
        ("* LIST () \"/\" [Gmail]/Spam", [], "/", "[Gmail]/Spam"),
        ("* LIST NIL \".\" \"INBOX.Sent\"", [], ".", "INBOX.Sent"),
        ("* LIST (\\HasChildren \\) \".\" \"Archive\"", ["\\HasChildren", "\\"], ".", "Archive"),
        ("* LIST () \"\\\\\" \"a\\\\b\\\"c\"", [], "\\", "a\\b\"c"),
        ("* LIST () \"/\" {5}\r\nab cd", [], "/", "ab cd"),
        ("* LIST () \"/\" {0}\r\n\r\n", [], "/", ""),
        ("* LIST () \"/\" {3+}\r\nabc", [], "/", "abc"),
        ("* LIST () {1}\r\n/ {3}\r\na/b", [], "/", "a/b"),
        ("* LIST () \"/\" NIL", [], "/", "NIL"),
        ("* XLIST (\\AllMail) \"/\" \"[Gmail]/All Mail\"", ["\\AllMail"], "/", "[Gmail]/All Mail"),
        ("* LIST () \"/\" Archive (OLDNAME (\"Old\"))", [], "/", "Archive"),
    ]

    @Test(arguments: lists)
    func list(_ text: String, _ attributes: [String], _ delimiter: String?, _ name: String) throws {
        let expected = Imap.ListEntry(attributes: attributes, delimiter: delimiter, name: Array(name.utf8))
        #expect(try ImapFeed.responses(text) == [.list(expected)])
    }

    @Test(arguments: [
        ("* STATUS INBOX (MESSAGES 3 UIDNEXT 10)", "INBOX", ["MESSAGES": 3, "UIDNEXT": 10]),
        ("* STATUS {4}\r\na b\" (UNSEEN -1 messages 2)", "a b\"", ["MESSAGES": 2]),
        ("* STATUS \"x\" NIL", "x", [:]),
        ("* STATUS \"x\" (SIZE 4294967296 APPENDLIMIT NIL)", "x", ["SIZE": 4_294_967_296]),
    ])
    func mailboxStatus(_ text: String, _ name: String, _ counters: [String: UInt64]) throws {
        let expected = Imap.MailboxStatus(name: Array(name.utf8), counters: counters)
        #expect(try ImapFeed.responses(text) == [.mailboxStatus(expected)])
    }

    @Test(
        arguments: [
            ("* SEARCH", [], nil, nil),
            ("* SEARCH 2 84 3", [2, 3, 84], nil, nil),
            ("* SEARCH 2 5 (MODSEQ 917162500)", [2, 5], nil, 917_162_500),
            ("* ESEARCH (TAG \"A285\") UID ALL 4:6,10 COUNT 4", [4, 5, 6, 10], 4, nil),
            ("* ESEARCH (TAG \"x\") COUNT 0", [], 0, nil),
            ("* ESEARCH ALL 6:4 MODSEQ 7 PARTIAL (1:2 3)", [4, 5, 6], nil, 7),
        ] as [(String, [UInt32], UInt64?, UInt64?)])
    func search(_ text: String, _ numbers: [UInt32], _ count: UInt64?, _ modSeq: UInt64?) throws {
        guard case .search(let result)? = try ImapFeed.responses(text).first else {
            Issue.record("no search result")
            return
        }
        #expect(result.all == Imap.NumberSet(numbers))
        #expect(result.count == count)
        #expect(result.modSeq == modSeq)
        #expect(result.isUID == text.contains(" UID "))
    }

    @Test func vanished() throws {
        guard case .vanished(let vanished)? = try ImapFeed.responses("* VANISHED (EARLIER) 41,43:116").first else {
            Issue.record("no VANISHED")
            return
        }
        #expect(vanished.earlier)
        #expect(vanished.uids.ranges == [41...41, 43...116])
    }

    @Test(arguments: [
        ("* VANISHED (EARLIER) 41,43:116", true, [41...41, 43...116]), ("* VANISHED 7", false, [7...7]),
        ("* VANISHED (EARLIER) 5:3,4,1", true, [1...1, 3...5]), ("* VANISHED (earlier) 2.0:4.0", true, [2...4]),
        ("* VANISHED  (EARLIER)  10:*", true, [10...UInt32.max]),
    ])
    func vanishedQuirks(_ text: String, _ earlier: Bool, _ ranges: [ClosedRange<UInt32>]) throws {
        guard case .vanished(let vanished)? = try ImapFeed.responses(text).first else {
            Issue.record("no VANISHED: \(try ImapFeed.responses(text))")
            return
        }
        #expect(vanished.earlier == earlier && vanished.uids.ranges == ranges)
    }

    @Test(arguments: [
        ("* 0 FETCH (UID 3 FLAGS NIL)", 3, []), ("* 1.0 FETCH (UID 3.0 FLAGS (\\Seen))", 3, ["\\Seen"]),
        ("* 1 FETCH (FLAGS ({5}\r\n$Junk) UID \"3\")", 3, ["$Junk"]), ("* -1 FETCH (UID 3 FLAGS ())", 3, []),
        ("* 1 FETCH (UID 3 RFC822.SIZE NIL FLAGS () INTERNALDATE NIL BODYSTRUCTURE ())", 3, []),
        ("* 1 FETCH (MODSEQ (-1) UID 3 FLAGS ())", 3, []), ("* 1 FETCH (MODSEQ NIL UID 3 FLAGS ())", 3, []),
    ])
    func fetchQuirks(_ text: String, _ uid: UInt32, _ flags: [String]) throws {
        let data = try #require(try ImapFeed.fetch(text))
        #expect(data.uid == uid && data.flags == flags && data.modSeq == nil)
    }

    @Test(arguments: [
        ("* STATUS INBOX (MESSAGES", "STATUS"), ("* 99999999999999999999999 EXISTS", "99999999999999999999999"),
        ("* LIST", "LIST"), ("* LIST (\\x", "LIST"), ("* LIST () \"/\"", "LIST"), ("* FLAGS x", "FLAGS"),
        ("* SEARCH 1 x", "SEARCH"), ("* VANISHED 1:", "VANISHED"), ("* ESEARCH ALL", "ESEARCH"), ("* ID (\"", "ID"),
    ])
    func damaged(_ text: String, _ name: String) throws {
        guard case .damaged(name, let why)? = try ImapFeed.responses(text).first else {
            Issue.record("it was read: \(try ImapFeed.responses(text))")
            return
        }
        #expect(why.utf8.count <= 250)
    }

    @Test(arguments: ["", " ", "a1", "a1 MAYBE later", "(x) OK"])
    func withoutAThread(_ text: String) {
        let failure = #expect(throws: Failure.self) { try ImapFeed.responses(text) }
        #expect(failure?.result == mr_result(MR_E_PROTOCOL))
    }
}

extension String {
    fileprivate func contains(_ other: String) -> Bool {
        split(separator: " ").contains(Substring(other.filter { $0 != " " }))
    }
}

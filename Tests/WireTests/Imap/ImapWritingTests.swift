import Base
import CMailroom
import Testing

@testable import Wire

/// What belongs to changing a mailbox and to waiting for it.
struct ImapWritingTests {
    typealias Play = ImapDialogueTests.Play

    private func begun(_ capabilities: String) throws -> Play {
        var play = Play()
        try play.hear("* PREAUTH [CAPABILITY IMAP4rev1 \(capabilities)] hi\r\n")
        return play
    }

    private static let append = Imap.Command.append(Imap.Append(mailbox: [0x53], size: 9))

    @Test func appendWaits() throws {
        var play = try begun("")
        let tag = try play.start(Self.append)
        #expect(!play.dialogue.mayGo(tag))
        #expect(throws: Failure.self) { try play.dialogue.end(tag) }
        #expect(throws: Failure.self) { try play.start(.noop) }
        try play.hear("* 3 EXISTS\r\n+ go\r\n")
        #expect(play.events.last == .goAhead(tag))
        #expect(play.dialogue.mayGo(tag))
        // The message is not said yet: nothing else may be.
        #expect(throws: Failure.self) { try play.start(.noop) }
        try play.dialogue.end(tag)
        #expect(play.dialogue.takeOutput() == [13, 10])
        #expect(!play.dialogue.mayGo(tag))
        #expect(throws: Failure.self) { try play.dialogue.end(tag) }
        #expect(try play.start(.noop) == tag + 1)
        try play.hear("m\(tag) OK [APPENDUID 38505 3955] done\r\n")
        guard case .done(tag, let status)? = play.events.last else {
            Issue.record("no end")
            return
        }
        #expect(status.code?.placedUID == 3955)
    }

    @Test func appendAtOnce() throws {
        var play = try begun("LITERAL+")
        let tag = try play.start(Self.append)
        #expect(play.dialogue.mayGo(tag))
        #expect(throws: Failure.self) { try play.start(.noop) }
        try play.dialogue.end(tag)
        #expect(try play.start(.noop) == tag + 1)
    }

    /// Refused before the message was said: it never is.
    @Test func appendRefused() throws {
        var play = try begun("")
        let tag = try play.start(Self.append)
        try play.hear("m\(tag) NO [TOOBIG] no\r\n")
        #expect(!play.dialogue.mayGo(tag))
        #expect(try play.start(.noop) == tag + 1)
    }

    @Test func idle() throws {
        var play = try begun("IDLE")
        let tag = try play.start(.idle)
        #expect(play.sent == "m1 IDLE\r\n")
        try play.hear("* 4 EXISTS\r\n+ idling\r\n* 5 EXISTS\r\n* OK Still here\r\n+ still idling\r\n")
        #expect(
            play.events.dropFirst() == [
                .untagged(.exists(4)), .goAhead(tag), .untagged(.exists(5)),
                .untagged(.status(Imap.Status(.ok, text: "Still here"))), .nothing,
            ])
        #expect(play.dialogue.step == "idle")
        #expect(throws: Failure.self) { try play.start(.noop) }
        try play.dialogue.end(tag)
        #expect(try play.start(.logout) == tag + 1)
        #expect(play.sent == "m1 IDLE\r\nDONE\r\nm2 LOGOUT\r\n")
        try play.hear("m1 OK done\r\n* BYE bye\r\nm2 OK out\r\n")
        #expect(play.dialogue.state == .loggedOut)
    }

    /// A server that ends an IDLE by itself, or does not know it.
    @Test(arguments: ["m1 BAD what\r\n", "+ idling\r\nm1 OK that is enough\r\n"])
    func idleEnded(_ text: String) throws {
        var play = try begun("IDLE")
        let tag = try play.start(.idle)
        try play.hear(text)
        #expect(!play.dialogue.mayGo(tag) && play.dialogue.inFlight == 0)
        #expect(try play.start(.noop) == tag + 1)
    }

    static let codes: [(String, UInt32?)] = [
        ("OK [APPENDUID 38505 3955] done", 3955), ("OK [COPYUID 38505 304 3956] done", 3956),
        ("OK [appenduid 1 7] done", 7), ("OK [COPYUID 38505 304,319:320 3956:3958] done", nil),
        ("OK [APPENDUID 38505 3955:3956] done", nil), ("OK [COPYUID 38505 304] done", nil),
        ("OK [APPENDUID x y] done", nil), ("OK [APPENDUID] done", nil),
        ("OK [COPYUID 1 2 9999999999999999999999] x", nil),
        ("OK [UIDNEXT 7] x", nil), ("OK done", nil),
    ]

    @Test(arguments: codes)
    func placedUID(_ text: String, _ expected: UInt32?) throws {
        guard case .status(let status)? = try ImapFeed.responses("* \(text)").first else {
            Issue.record("no status")
            return
        }
        #expect(status.code?.placedUID == expected)
        #expect(!status.text.isEmpty)
    }

    static let flags: [(String, String, Bool)] = [
        ("(\\Seen \\Deleted)", "\\seen", true), ("(\\Seen \\Deleted)", "\\Flagged", false),
        ("(\\Seen \\Deleted)", "$Label1", false), ("(\\Seen $label1)", "$Label1", true),
        ("(\\Seen \\*)", "$Label1", true), ("(\\Seen \\*)", "\\Flagged", false), ("()", "\\Seen", false),
    ]

    @Test(arguments: flags)
    func permanentFlags(_ list: String, _ flag: String, _ kept: Bool) throws {
        var play = try begun("")
        _ = try play.start(.select(mailbox: [0x61]))
        try play.hear("* OK [PERMANENTFLAGS \(list)] x\r\nm1 OK [READ-WRITE] in\r\n")
        let mailbox = try #require(play.dialogue.mailbox)
        #expect(mailbox.keeps(flag) == kept)
        #expect(!mailbox.isReadOnly)
        #expect(play.dialogue.state == .selected)
    }

    @Test func readOnly() throws {
        var play = try begun("")
        _ = try play.start(.select(mailbox: [0x61]))
        try play.hear("m1 OK [READ-ONLY] in\r\n")
        #expect(play.dialogue.mailbox?.isReadOnly == true)
        // What the server does not say counts as kept.
        #expect(play.dialogue.mailbox?.keeps("$x") == true)
        _ = try play.start(.examine(mailbox: [0x61], .plain))
        try play.hear("m2 OK in\r\n")
        #expect(play.dialogue.mailbox?.isReadOnly == true)
        _ = try play.start(.select(mailbox: [0x61]))
        try play.hear("m3 NO no\r\n")
        #expect(play.dialogue.mailbox == nil && play.dialogue.state == .authenticated)
    }

    @Test(arguments: [
        ("\\Seen", true), ("$Label1", true), ("a.b-c_d", true), ("", false), ("\\", false), ("a b", false),
        ("a)", false), ("a\r\nm2 DELETE x", false), ("*", false), ("\\*", false), ("\"a\"", false), ("ä", false),
        ("a\\b", false), ("{5}", false), ("]", false),
    ])
    func flagNames(_ flag: String, _ expected: Bool) {
        #expect(Imap.Flag.isValid(flag) == expected)
    }

    /// What is written is read as the same moment.
    @Test func internalDates() throws {
        #expect(Imap.InternalDate.text(0) == "01-Jan-1970 00:00:00 +0000")
        #expect(Imap.InternalDate.text(-1) == "31-Dec-1969 23:59:59 +0000")
        #expect(Imap.InternalDate.text(951_782_400_000) == "29-Feb-2000 00:00:00 +0000")
        #expect(Imap.InternalDate.text(253_402_300_799_000) == "31-Dec-9999 23:59:59 +0000")
        #expect(Imap.InternalDate.text(253_402_300_800_000) == nil)
        #expect(Imap.InternalDate.text(-62_135_596_800_000) == "01-Jan-0001 00:00:00 +0000")
        #expect(Imap.InternalDate.text(-62_135_596_800_001) == nil)
        #expect(Imap.InternalDate.text(.max) == nil && Imap.InternalDate.text(.min) == nil)
        var chance = ImapChance(state: seed(0))
        for _ in 0..<2000 {
            let seconds = Int64(chance.below(1 << 36)) - 1 << 33
            let text = try #require(Imap.InternalDate.text(seconds * 1000))
            #expect(Imap.InternalDate.milliseconds(Array(text.utf8)) == seconds * 1000, "\(text)")
        }
    }

    @Test(arguments: [("IMAP4rev1 APPENDLIMIT=35651584", 35_651_584), ("APPENDLIMIT", nil), ("APPENDLIMIT=x", nil)])
    func appendLimit(_ names: String, _ expected: Int64?) {
        #expect(Imap.Capabilities(names.split(separator: " ").map(String.init)).appendLimit == expected)
    }

    @Test(
        arguments: [
            ([1, 2, 3], 2, "1,3"), ([1, 2, 3], 1, "2:3"), ([1, 2, 3], 3, "1:2"), ([5], 5, ""), ([5], 6, "5"),
            ([], 1, ""),
            ([.max], .max, ""), ([0, 1], 0, "1"),
        ] as [([UInt32], UInt32, String)])
    func without(_ numbers: [UInt32], _ number: UInt32, _ expected: String) {
        #expect(Imap.NumberSet(numbers).without(number).text == expected)
    }
}

import Base
import CMailroom
import Testing

@testable import Wire

struct ImapDialogueTests {
    /// Feeds octets, and gives what the dialogue made of them.
    struct Play {
        var feed = ImapFeed()
        var dialogue = Imap.Dialogue()
        var events: [Imap.Dialogue.Event] = []
        var sent = ""
        private var taken = 0

        mutating func start(_ command: Imap.Command) throws(Failure) -> Imap.Dialogue.Tag {
            defer { sent += String(decoding: dialogue.takeOutput(), as: UTF8.self) }
            return try dialogue.start(command)
        }

        mutating func hear(_ bytes: [UInt8]) throws(Failure) {
            try feed.feed(bytes)
            while taken < feed.responses.count {
                events.append(try dialogue.receive(feed.responses[taken]))
                taken += 1
            }
            sent += String(decoding: dialogue.takeOutput(), as: UTF8.self)
        }

        mutating func hear(_ text: String) throws(Failure) { try hear(Array(text.utf8)) }
    }

    /// A server that talks and never comes to an end.
    @Test func endlessTalk() throws {
        var play = Play()
        play.dialogue = Imap.Dialogue(longest: 100)
        try play.hear(Self.greeting)
        for _ in 1...3 {
            let tag = try play.start(.noop)
            try play.hear(String(repeating: "* 5 EXISTS\r\n", count: 90) + "m\(tag) OK done\r\n")
        }
        _ = try play.start(.noop)
        let failure = #expect(throws: Failure.self) {
            try play.hear(String(repeating: "* 5 EXISTS\r\n", count: 101))
        }
        #expect(failure?.result == mr_result(MR_E_PROTOCOL))
    }

    static let greeting = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n"

    /// A whole visit, what the client says in it being said where `>` stands.
    static let visit: [(Imap.Command?, String)] = [
        (nil, greeting),
        (
            .authenticate(.plain(user: [0x75], password: [0x70])),
            "+ \r\nm1 OK [CAPABILITY IMAP4rev1 CONDSTORE ID] in\r\n"
        ),
        (
            .list(pattern: [0x2a], returning: []),
            "* LIST () \"/\" {5}\r\nINBOX\r\n* LIST () \"/\" \"a {3}\"\r\nm2 OK done\r\n"
        ),
        (
            .examine(mailbox: [0x61], .condStore),
            "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 12] x\r\n* OK [HIGHESTMODSEQ 99] x\r\nm3 OK [READ-ONLY] done\r\n"
        ),
        (
            .uidFetch(Imap.NumberSet(1...11), items: ["UID", "BODY.PEEK[]"], changedSince: nil),
            "* 1 FETCH (UID 4 BODY[] {10}\r\nm4 OK no\r\n FLAGS ())\r\n* 2 EXPUNGE\r\n* 4 EXISTS\r\n* 2 FETCH (UID 9 BODY[] {2}\r\nhi)\r\nm4 OK done\r\n"
        ),
        (.logout, "* BYE bye\r\nm5 OK done\r\n"),
    ]

    private static func play(_ split: Int) throws -> Play {
        var play = Play()
        var heard = 0
        for (command, answer) in visit {
            if let command { _ = try play.start(command) }
            let bytes = Array(answer.utf8)
            let cut = split - heard
            if cut > 0, cut < bytes.count {
                try play.hear(Array(bytes[..<cut]))
                try play.hear(Array(bytes[cut...]))
            } else {
                try play.hear(bytes)
            }
            heard += bytes.count
        }
        return play
    }

    @Test func typicalVisit() throws {
        let play = try Self.play(0)
        #expect(
            play.sent == "m1 AUTHENTICATE PLAIN\r\nAHUAcA==\r\nm2 LIST \"\" \"*\"\r\nm3 EXAMINE \"a\" (CONDSTORE)\r\n"
                + "m4 UID FETCH 1:11 (UID BODY.PEEK[])\r\nm5 LOGOUT\r\n")
        #expect(play.dialogue.state == .loggedOut)
        #expect(play.dialogue.capabilities?.condstore == true)
        #expect(play.feed.bodies.map { String(decoding: $0.bytes, as: UTF8.self) } == ["m4 OK no\r\n", "hi"])
        let mailbox = try #require(play.dialogue.mailbox)
        #expect(mailbox.uidValidity == 7 && mailbox.uidNext == 12 && mailbox.highestModSeq == 99)
        #expect(mailbox.existsAtSelect == 3 && mailbox.exists == 4 && mailbox.expunged == 1)
    }

    /// Wherever the network cuts the answers, what comes out is the same.
    @Test func splitAtEveryByte() throws {
        let whole = try Self.play(0)
        let length = Self.visit.reduce(0) { $0 + $1.1.utf8.count }
        #expect(length > 300)
        for split in 1..<length {
            let play = try Self.play(split)
            #expect(play.events == whole.events, "split at \(split)")
            #expect(play.sent == whole.sent, "split at \(split)")
            #expect(play.dialogue.mailbox == whole.dialogue.mailbox, "split at \(split)")
            #expect(play.feed.bodies.map(\.bytes) == whole.feed.bodies.map(\.bytes), "split at \(split)")
        }
    }

    private func begun(_ greeting: String = greeting) throws -> Play {
        var play = Play()
        try play.hear(greeting)
        return play
    }

    @Test(arguments: [
        ("* OK hi\r\n", Imap.Dialogue.State.notAuthenticated), ("* PREAUTH hi\r\n", .authenticated),
        ("* BYE no\r\n", .loggedOut),
    ])
    func greetings(_ text: String, _ state: Imap.Dialogue.State) throws {
        #expect(try begun(text).dialogue.state == state)
    }

    @Test(arguments: [
        "* NO no\r\n", "* 3 EXISTS\r\n", "+ go\r\n", "m1 OK done\r\n", "220 smtp.example.com ESMTP\r\n", "\r\n",
    ])
    func noGreeting(_ text: String) {
        let failure = #expect(throws: Failure.self) { try begun(text) }
        #expect(failure?.result == mr_result(MR_E_PROTOCOL))
    }

    @Test func pipelined() throws {
        var play = try begun()
        let first = try play.start(.noop)
        let second = try play.start(.capability)
        #expect(play.dialogue.inFlight == 2)
        #expect(play.dialogue.step == "noop")
        // In either order.
        try play.hear("m\(second) OK b\r\nm\(first) NO a\r\n")
        #expect(
            play.events.suffix(2) == [
                .done(second, Imap.Status(.ok, text: "b")), .done(first, Imap.Status(.no, text: "a")),
            ])
        #expect(play.dialogue.inFlight == 0)
    }

    @Test(arguments: ["+ go\r\n", "m7 OK x\r\n", "a1 OK x\r\n", "m1 BYE x\r\n", "m1 PREAUTH x\r\n"])
    func answersToNothing(_ text: String) throws {
        var play = try begun()
        _ = try play.start(.noop)
        let failure = #expect(throws: Failure.self) { try play.hear(text) }
        #expect(failure?.result == mr_result(MR_E_PROTOCOL))
    }

    @Test func nothingBehindALiteral() throws {
        var play = try begun()
        _ = try play.start(.login(user: Array("ü".utf8), password: [1]))
        #expect(throws: Failure.self) { try play.start(.noop) }
        // Refused before the literal was sent: the rest of the command is never said.
        try play.hear("m1 NO too long\r\n")
        #expect(!play.sent.utf8.contains(1))
        #expect(try play.start(.noop) == 2)
    }

    @Test func capabilitiesOfTheStateOnly() throws {
        var play = try begun()
        #expect(play.dialogue.capabilities?.offers(mechanism: "PLAIN") == true)
        _ = try play.start(.startTLS)
        // What comes in the clear with the consent is not believed.
        try play.hear("m1 OK [CAPABILITY IMAP4rev1 AUTH=EVIL] go\r\n")
        #expect(play.dialogue.capabilities == nil)
        _ = try play.start(.capability)
        try play.hear("* CAPABILITY IMAP4rev1 AUTH=PLAIN LOGINDISABLED\r\nm2 OK\r\n")
        #expect(play.dialogue.capabilities?.has("LOGINDISABLED") == true)
        _ = try play.start(.login(user: [0x61], password: [0x62]))
        try play.hear("m3 OK in\r\n")
        #expect(play.dialogue.capabilities == nil)
        #expect(play.dialogue.state == .authenticated)
    }

    @Test func refusedMailbox() throws {
        var play = try begun("* PREAUTH hi\r\n")
        _ = try play.start(.examine(mailbox: [0x61], .plain))
        try play.hear("* 3 EXISTS\r\nm1 NO no\r\n")
        #expect(play.dialogue.mailbox == nil)
        #expect(play.dialogue.state == .authenticated)
    }

    /// What is said before CLOSED is of the mailbox before (RFC 7162, section 3.2.11).
    @Test func closedMailbox() throws {
        var play = try begun("* PREAUTH hi\r\n")
        _ = try play.start(.examine(mailbox: [0x61], .plain))
        try play.hear("* 9 EXISTS\r\n* OK [UIDNEXT 44] x\r\nm1 OK done\r\n")
        _ = try play.start(.examine(mailbox: [0x62], .condStore))
        try play.hear("* VANISHED 3\r\n* 8 EXISTS\r\n* OK [CLOSED] x\r\n* 2 EXISTS\r\n* OK [MAILBOXID (F9)] x\r\n")
        try play.hear("* VANISHED (EARLIER) 1:5\r\nm2 OK done\r\n")
        let mailbox = try #require(play.dialogue.mailbox)
        #expect(mailbox.name == [0x62] && mailbox.exists == 2 && mailbox.existsAtSelect == 2)
        #expect(mailbox.uidNext == nil && mailbox.expunged == 0 && mailbox.objectID == "F9")
    }

    @Test func enabledAndOff() throws {
        var play = try begun("* PREAUTH [CAPABILITY ENABLE LITERAL+ QRESYNC UTF8=ACCEPT] hi\r\n")
        play.dialogue.off = ["LITERAL+", "CONDSTORE"]
        #expect(play.dialogue.capabilities?.names == ["ENABLE", "UTF8=ACCEPT"])
        #expect(!play.dialogue.isUTF8)
        _ = try play.start(.enable(["UTF8=ACCEPT"]))
        // Behind it in the same breath: not enabled yet, so a literal.
        _ = try play.start(.myRights(mailbox: Array("ü".utf8)))
        #expect(!play.dialogue.mayStart)
        // The go-ahead may come before the first is answered.
        try play.hear("+ go\r\n* ENABLED UTF8=ACCEPT\r\nm1 OK\r\nm2 OK\r\n")
        #expect(play.dialogue.isUTF8 && play.dialogue.mayStart)
        _ = try play.start(.myRights(mailbox: Array("ü\"".utf8)))
        _ = try play.start(.myRights(mailbox: [0xff]))
        try play.hear("+ go\r\n")
        #expect(
            play.sent
                == "m1 ENABLE UTF8=ACCEPT\r\nm2 MYRIGHTS {2}\r\nü\r\nm3 MYRIGHTS \"ü\\\"\"\r\nm4 MYRIGHTS {1}\r\n\u{fffd}\r\n"
        )
    }

    @Test func suddenBye() throws {
        var play = try begun("* PREAUTH hi\r\n")
        _ = try play.start(.noop)
        try play.hear("* BYE Autologout\r\n")
        #expect(play.events.last == .bye(Imap.Status(.bye, text: "Autologout")))
    }

    @Test func alerts() throws {
        var play = try begun()
        try play.hear("* OK [ALERT] System shutdown in 10 minutes\r\n")
        #expect(play.dialogue.takeAlerts() == ["System shutdown in 10 minutes"])
        #expect(play.dialogue.takeAlerts().isEmpty)
    }

    @Test func tooMuchNonsense() throws {
        var play = try begun()
        for _ in 0..<1000 { try play.hear("* LIST x\r\n") }
        #expect(play.dialogue.damaged == 1000)
        #expect(throws: Failure.self) { try play.hear("* LIST x\r\n") }
    }
}

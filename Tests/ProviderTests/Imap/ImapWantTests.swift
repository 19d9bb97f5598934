import Base
import CMailroom
import PluginKit
import Testing

@testable import ImapProvider

/// What the host is asked and told of each message, and how much of it is fetched.
struct ImapWantTests {
    @Test func withoutAsking() throws {
        let (fake, server) = ImapSyncTests.begun(3) { $0.setFlags([2], "\\Seen") }
        try fake.sync()
        #expect(server.commands.contains("UID FETCH 1:3 (UID FLAGS INTERNALDATE RFC822.SIZE)"))
        let header = try #require(fake.headers["2"])
        #expect(header.text("flags") == "\\Seen")
        #expect(header.int("size") == Int64(server.messages[1].body.count))
        #expect(header.int("internal_date") == 837_596_665_000)
        #expect(header["message_id"] == nil && header["stable"] == nil)
    }

    @Test(arguments: ["", " OBJECTID"])
    func asking(_ capability: String) throws {
        let (fake, server) = ImapSyncTests.begun(3) { $0.capabilities += capability }
        fake.folderFields = Record(["ask": .int(1)])
        try fake.sync()
        ImapSyncTests.expectSame(fake, server)
        let isStable = !capability.isEmpty
        #expect(fake.headers["2"]?.text("message_id") == "2@example.com")
        #expect(fake.headers["2"]?.text("stable") == (isStable ? "M2" : nil))
        #expect(fake.store["2"]?.stable == (isStable ? "M2" : nil))
    }

    /// The host decides by the people of a message: their fields come with the flags, and not twice.
    @Test func askingForTheHeader() throws {
        let (fake, server) = ImapSyncTests.begun(3)
        fake.folderFields = Record(["header": .int(1), "ask": .int(1)])
        try fake.sync()
        ImapSyncTests.expectSame(fake, server)
        let asked = server.commands.filter { $0.contains("HEADER.FIELDS") }
        #expect(asked.count == 1 && asked[0].contains("FROM") && asked[0].contains("DELIVERED-TO"))
        #expect(fake.headers["2"]?.text("message_id") == "2@example.com")
        #expect(fake.headers["2"]?.bytes("header")?.isEmpty == false)
    }

    /// After a new UIDVALIDITY messages are known by their Message-IDs alone.
    @Test func askingAfterReset() throws {
        let (fake, server) = ImapSyncTests.begun(3)
        try fake.sync()
        server.uidValidity = 78
        try fake.sync()
        #expect(fake.headers["2"]?.text("message_id") == "2@example.com")
    }

    @Test(arguments: ["", "bodyFirst", "emptyInRange", "flagsLast"])
    func headersOnly(_ quirk: String) throws {
        let (fake, server) = ImapSyncTests.begun(30) { server in
            server.quirks = Set(ImapFakeServer.Quirk(rawValue: quirk).map { [$0] } ?? [])
            server.badUID = 8
        }
        fake.headOnly = Set((1...30).filter { $0 % 2 == 0 }.map { "\($0)" })
        try fake.sync()
        #expect(fake.store.count == 30 && fake.isComplete && fake.broken.isEmpty)
        for message in server.messages {
            let found = fake.store["\(message.uid)"]
            if message.uid % 2 == 0 {
                #expect(found?.body == Array("Subject: \(message.uid)\r\n\r\n".utf8))
                #expect(found?.whole == Int64(message.body.count))
            } else {
                #expect(found?.body == message.body && found?.whole == nil)
            }
        }
    }

    /// Where the server refuses everything, it is the server that is unwell.
    @Test func allRefused() throws {
        let (fake, server) = ImapSyncTests.begun(120)
        server.before = { server, command in
            server.instead = command.contains("BODY.PEEK[]") ? ["UID FETCH": "NO [SERVERBUG] oh"] : [:]
        }
        let failure = #expect(throws: Failure.self) { try fake.sync() }
        #expect(failure?.result == mr_result(MR_E_OUTAGE))
        #expect(fake.store.isEmpty && !fake.isComplete)
        server.before = { _, _ in }
        server.instead = [:]
        try fake.sync()
        ImapSyncTests.expectSame(fake, server)
    }

    /// A message that makes the server hang up is not asked for a fourth time; what came before it is kept each time.
    @Test func killer() throws {
        let (fake, server) = ImapSyncTests.begun(30)
        var asked = 0
        server.before = { server, command in
            guard command.contains("BODY.PEEK[]") else { return server.hangUpAt = 0 }
            asked += 1
            server.hangUpAt = 12
        }
        for round in 1...3 {
            let failure = #expect(throws: Failure.self) { try fake.sync() }
            #expect(failure?.result == mr_result(MR_E_CONNECTION))
            #expect(fake.store.count == 11 && !fake.isComplete, "round \(round)")
            #expect(fake.cursor.suffix(5) == Array(" 12 \(round)".utf8))
        }
        try fake.sync()
        #expect(fake.store.count == 29 && fake.isComplete && asked == 4)
        #expect(fake.refused.keys.map { $0 } == ["12"])
        #expect(fake.cursor.suffix(4) == Array(" 0 0".utf8))
    }

    /// Mail from before a date is not asked for, until it is wanted.
    @Test func since() throws {
        let (fake, server) = ImapSyncTests.begun(2100)
        let date: Int64 = 1_700_000_000_000
        for index in server.messages.indices where index >= 1800 { server.messages[index].date = date + 1 }
        server.since = date
        fake.folderFields = Record(["since": .int(date)])
        try fake.sync()
        #expect(server.commands.contains("UID SEARCH RETURN (ALL) UID 1:2100 SINCE 13-Nov-2023"))
        // Whole ranges of older messages are left out; the rest is the host's to say.
        #expect(fake.wanted.count == 500 && fake.isComplete)
        try fake.sync()
        #expect(fake.wanted.count == 500 && fake.broken.isEmpty)
        fake.folderFields = Record()
        try fake.sync()
        ImapSyncTests.expectSame(fake, server)
        #expect(fake.store.count == 2100)
    }

    @Test(
        arguments: [
            ("Message-ID: <a@b>\r\n\r\n", "a@b"), ("message-id:<a@b>\r\n", "a@b"),
            ("Message-Id:\r\n\t<a@\r\n b>\r\n\r\n", "a@b"),
            ("X: 1\r\nMessage-ID : x y\r\n", "xy"), ("Message-ID: <>\r\n", nil), ("\r\n", nil), ("", nil),
            ("Message-ID: (c) <a@b> <c@d>\r\n", "a@b"), ("Message-IDs: <a@b>\r\n", nil), ("Message-ID", nil),
        ] as [(String, String?)])
    func messageIDs(_ header: String, _ expected: String?) {
        #expect(MessageFacts.messageID(header: Array(header.utf8)) == expected)
    }

    @Test(arguments: [0, 1, 1000, 2300])
    func audit(_ count: Int) throws {
        let (fake, server) = ImapSyncTests.begun(count, step: 7) { $0.capabilities += " OBJECTID" }
        let session = try ImapProvider.open(fake.host)
        defer { session.close(fake.host) }
        try session.list(fake.host, folder: fake.folder())
        #expect(fake.listed.count == count && fake.commits == 0)
        #expect(Set(fake.listed.compactMap { $0.text("ref") }) == Set(server.messages.map { "\($0.uid)" }))
        for record in fake.listed {
            let ref = record.text("ref") ?? ""
            #expect(record.text("message_id") == "\(ref)@example.com" && record.text("stable") == "M\(ref)")
        }
    }

    /// A row that cannot be read is listed all the same: an audit never looks away.
    @Test(arguments: [ImapFakeServer.Quirk.damagedHeader, .missingIsNo])
    func auditOfBadAnswers(_ quirk: ImapFakeServer.Quirk) throws {
        let (fake, _) = ImapSyncTests.begun(50) { server in
            server.quirks = [quirk]
            server.badUID = 20
        }
        let session = try ImapProvider.open(fake.host)
        defer { session.close(fake.host) }
        try session.list(fake.host, folder: fake.folder())
        #expect(fake.listed.count == 50)
    }
}

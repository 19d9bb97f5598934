import Base
import CMailroom
import PluginKit
import Testing
import Wire

@testable import ImapProvider

/// QRESYNC, and what is done where it, or the store, cannot be believed.
struct ImapResyncTests {
    static let all = "IMAP4rev1 ENABLE QRESYNC ESEARCH"

    @Test(arguments: [all, "IMAP4rev1 ENABLE QRESYNC"])
    func changes(_ capabilities: String) throws {
        let (fake, server) = ImapSyncTests.begun(1500) { $0.capabilities = capabilities }
        try fake.sync()
        #expect(server.commands.prefix(2) == ["ENABLE CONDSTORE QRESYNC", "EXAMINE \"INBOX\" (CONDSTORE)"])
        server.setFlags([1, 700, 701, 1500], "\\Seen $Forwarded")
        server.expunge([5, 6, 7, 1499])
        server.add(2, flags: "\\Flagged")
        server.forget()
        try fake.sync()
        ImapSyncTests.expectSame(fake, server)
        #expect(server.commands.contains { $0.hasPrefix("EXAMINE \"INBOX\" (QRESYNC (77 1501 1:1500))") })
        #expect(fake.emitted.filter { $0.kind == "gone" }.count == 4)
        #expect(fake.emitted.filter { $0.kind == "flags" }.count == 4)
        // What vanished is asked for once more, and nothing else is: no list of all.
        #expect(!server.commands.contains { $0.hasPrefix("UID SEARCH") || $0.hasSuffix("CHANGEDSINCE 1501)") })
        // Nothing new: one round trip.
        server.forget()
        let commits = fake.commits
        try fake.sync()
        #expect(
            server.commands == ["ENABLE CONDSTORE QRESYNC", "EXAMINE \"INBOX\" (QRESYNC (77 1505 1:1502))", "LOGOUT"])
        #expect(fake.commits == commits)
        server.expunge(Set(server.messages.map(\.uid)))
        try fake.sync()
        #expect(fake.store.isEmpty && fake.broken.isEmpty)
    }

    /// iCloud calls messages vanished that are there; here it is not known by its name.
    @Test func liesAboutVanished() throws {
        let (fake, server) = ImapSyncTests.begun(50) { server in
            server.capabilities = Self.all
            server.quirks = [.liesAboutVanished]
        }
        try fake.sync()
        server.setFlags([9], "\\Seen")
        server.expunge([30])
        try fake.sync()
        ImapSyncTests.expectSame(fake, server)
        #expect(fake.emitted.filter { $0.kind == "gone" }.count == 1)
    }

    /// Some tell nothing of what is gone: the count gives them away.
    @Test func silentAboutVanished() throws {
        let (fake, server) = ImapSyncTests.begun(50) { $0.capabilities = Self.all }
        try fake.sync()
        server.setFlags([9], "\\Seen")
        server.messages.removeAll { $0.uid == 30 }
        try fake.sync()
        ImapSyncTests.expectSame(fake, server)
        #expect(fake.store["30"] == nil)
    }

    /// Offered, and not understood; or not enabled: the rest of the ladder is gone down.
    @Test(arguments: [
        ("EXAMINE \"INBOX\" (QRESYNC", "BAD what", 2), ("ENABLE", "NO no", 1), ("EXAMINE \"INBOX\" (", "BAD what", 3),
    ])
    func refused(_ command: String, _ answer: String, _ examines: Int) throws {
        let (fake, server) = ImapSyncTests.begun(50) { $0.capabilities = Self.all }
        try fake.sync()
        server.setFlags([9], "\\Seen")
        server.expunge([30])
        server.instead = [command: answer]
        server.forget()
        try fake.sync()
        #expect(server.commands.filter { $0.hasPrefix("EXAMINE") }.count == examines)
        if examines < 3 { ImapSyncTests.expectSame(fake, server) }
        #expect(fake.store["30"] == nil)
    }

    @Test func throttledIsNotAsked() throws {
        let (fake, server) = ImapSyncTests.begun(50) { $0.capabilities = Self.all }
        try fake.sync()
        server.forget()
        server.instead = ["EXAMINE": "BAD Request is throttled. Suggested Backoff Time: 5 milliseconds"]
        let failure = #expect(throws: Failure.self) { try fake.sync() }
        #expect(failure?.result == mr_result(MR_E_THROTTLED))
        #expect(server.commands.filter { $0.hasPrefix("EXAMINE") }.count == 1)
    }

    @Test func modSeqGoesBack() throws {
        let (fake, server) = ImapSyncTests.begun(50) { $0.capabilities = Self.all }
        try fake.sync()
        server.setFlags([4], "\\Seen")
        server.expunge([7])
        server.modSeq = 3
        try fake.sync()
        ImapSyncTests.expectSame(fake, server)
    }

    @Test func newUIDValidity() throws {
        let (fake, server) = ImapSyncTests.begun(50) { $0.capabilities = Self.all }
        try fake.sync()
        server.uidValidity = 78
        server.expunge([7])
        server.setFlags([4], "\\Seen")
        try fake.sync()
        ImapSyncTests.expectSame(fake, server)
        #expect(fake.emitted.filter { $0.kind == "reset" }.count == 1)
        #expect(!fake.emitted.contains { $0.kind == "gone" || $0.kind == "flags" })
    }

    /// More than is looked at one by one, and more than the store has.
    @Test(arguments: [1, 2_000_000])
    func manyVanished(_ step: UInt32) throws {
        let (fake, server) = ImapSyncTests.begun(2100, step: step) { $0.capabilities = Self.all }
        try fake.sync()
        server.expunge(Set(server.messages.prefix(1500).map(\.uid)))
        try fake.sync()
        ImapSyncTests.expectSame(fake, server)
        #expect(fake.emitted.filter { $0.kind == "gone" }.count == 1500)
    }

    /// Before the first sync is done, what is gone from the part that is not reached yet is no news.
    @Test func goneBelow() throws {
        let (fake, server) = ImapSyncTests.begun(1203) { $0.capabilities = Self.all }
        fake.stopAt = 1
        fake.stopsAfter = true
        #expect(throws: Failure.self) { try fake.sync() }
        server.expunge([3, 1000])
        fake.stopAt = 0
        try fake.sync()
        ImapSyncTests.expectSame(fake, server)
        #expect(fake.isComplete)
        #expect(fake.emitted.filter { $0.kind == "gone" }.count == 1)
    }

    /// Told to believe nothing: what is missing in the store is fetched, what is too much is gone, flags are compared.
    @Test(arguments: [all, "IMAP4rev1"])
    func walk(_ capabilities: String) throws {
        let (fake, server) = ImapSyncTests.begun(1300, step: 5) { $0.capabilities = capabilities }
        try fake.sync()
        for uid in [1, 6, 2501, 3001, 6496] { fake.lose("\(uid)") }
        server.messages.removeAll { $0.uid == 501 }
        server.messages[7].flags = "\\Seen"
        try fake.sync()
        #expect(fake.store.count < server.messages.count)
        server.forget()
        fake.folderFields = Record(["walk": .int(1), "ask": .int(1)])
        try fake.sync()
        ImapSyncTests.expectSame(fake, server)
        #expect(!server.commands.contains { $0.contains("QRESYNC (") })
        #expect(fake.store["6"]?.historical == 1 && fake.headers["6"]?.text("message_id") == "6@example.com")
        #expect(fake.commits > 0 && fake.broken.isEmpty)
    }

    @Test func settings() throws {
        let (fake, server) = ImapSyncTests.begun(30) { $0.capabilities = Self.all }
        fake.settings["imap_off"] = "qresync,ESEARCH  condstore"
        try fake.sync()
        server.expunge([3])
        try fake.sync()
        ImapSyncTests.expectSame(fake, server)
        #expect(server.commands.contains("EXAMINE \"INBOX\""))
        #expect(!server.commands.contains { $0.hasPrefix("ENABLE") || $0.contains("CONDSTORE") })
    }

    @Test(arguments: [
        ("imap.mail.me.com", "* OK hi", "", ["QRESYNC"], ["iCloud"]), ("mail.example.com", "", "", [], []),
        ("imap.zoho.eu", "", "", ["CONDSTORE", "QRESYNC"], ["Zoho"]), ("zoho.example.com", "", "", [], []),
        ("Outlook.Office365.com", "", "", ["NAMESPACE"], ["Exchange"]),
        ("mx.example.com", "The Microsoft Exchange IMAP4 service is ready.", "", ["NAMESPACE"], ["Exchange"]),
        ("imap.188.com", "", "", [], ["NetEase"]), ("imap.mail.yahoo.com", "", "", [], ["Yahoo"]),
        ("mx.example.com", "", "Zoho Mail", ["CONDSTORE", "QRESYNC"], ["Zoho"]),
    ])
    func quirks(_ host: String, _ greeting: String, _ id: String, _ off: [String], _ names: [String]) {
        let quirks = QuirkTable.quirks(host: host, greeting: greeting, id: [Imap.IDField("Name", id)])
        #expect(quirks.off == Set(off) && quirks.names == names)
        #expect(quirks.hangsUpOnNoop == (names == ["NetEase"]))
        #expect(quirks.fetchLimit == (names == ["Yahoo"] ? 1000 : nil))
    }
}

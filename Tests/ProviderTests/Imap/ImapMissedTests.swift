import Base
import CMailroom
import PluginKit
import Testing

@testable import ImapProvider

/// Mail that an answer left out, and mail that went while nobody looked: the counters tell of both.
struct ImapMissedTests {
    /// A row of headers that never came is missed, and asked for: in the first sync, and among new mail.
    @Test(arguments: ["IMAP4rev1", "IMAP4rev1 CONDSTORE ESEARCH"])
    func leftOutHeader(_ capabilities: String) throws {
        let (fake, server) = ImapSyncTests.begun(600) {
            $0.capabilities = capabilities
            $0.quirks = [.leavesOutHeader]
            $0.badUID = 40
        }
        try fake.sync()
        ImapSyncTests.expectSame(fake, server)
        server.add(5)
        server.quirks = [.leavesOutHeader]
        server.badUID = 603
        try fake.sync()
        ImapSyncTests.expectSame(fake, server)
        server.forget()
        try fake.sync()
        #expect(server.commands.count == 2)
    }

    /// New mail is stored, the connection is lost, and as many messages go: their going is seen all the same.
    @Test func lossesBehindNewMail() throws {
        let (fake, server) = ImapSyncTests.begun(20)
        try fake.sync()
        server.add(2)
        fake.stopAt = fake.commits + 1
        fake.stopsAfter = true
        #expect(throws: Failure.self) { try fake.sync() }
        #expect(fake.store.count == 22)
        fake.stopAt = 0
        server.expunge([3, 4])
        try fake.sync()
        ImapSyncTests.expectSame(fake, server)
    }
}

import Base
import CMailroom
import FakeHost
import PluginKit
import Testing

@testable import Pop3Provider

/// What is taken off the server, and when.
struct Pop3RemovalTests {
    @Test func fetched() throws {
        let fixture = Pop3Fixture(130, ["pop3_leave": "fetched"])
        let bodies = Dictionary(fixture.server.messages.map { ($0.uid, $0.body) }) { $1 }
        var storedAtDelete: [Int] = []
        fixture.server.before = { _, command in
            if command.hasPrefix("DELE") { storedAtDelete.append(fixture.fake.store.count) }
        }
        try fixture.sync()
        #expect(fixture.server.messages.isEmpty)
        #expect(fixture.fake.store.mapValues(\.body) == bodies)
        // Everything was stored, by a commit that survives a power cut, before the first DELE.
        #expect(storedAtDelete == Array(repeating: 130, count: 130))
        #expect(fixture.fake.durable.last == true)
        #expect(fixture.said.last == "QUIT")
        // What is gone from the server stays in the store, and is not reported as gone.
        try fixture.sync()
        #expect(fixture.fake.store.count == 130)
        #expect(!fixture.fake.emitted.contains { $0.kind == "gone" })
        fixture.expectClean()
    }

    @Test func forever() throws {
        let fixture = Pop3Fixture(3)
        try fixture.sync()
        try fixture.sync()
        #expect(fixture.server.removed.isEmpty)
        #expect(fixture.fake.durable.allSatisfy { !$0 })
    }

    @Test func afterDays() throws {
        let fixture = Pop3Fixture(3, ["pop3_leave": "7"])
        fixture.fake.now = FakeHost.clock - 8 * 86_400_000
        try fixture.sync()
        #expect(fixture.server.removed.isEmpty)
        fixture.fake.now = FakeHost.clock - 6 * 86_400_000
        fixture.server.add(2)
        try fixture.sync()
        #expect(fixture.server.removed == ["u1", "u2", "u3"])
        #expect(fixture.server.messages.map(\.uid) == ["u4", "u5"])
        #expect(fixture.fake.store.count == 5)
    }

    /// Set later, the policy holds for what is there already.
    @Test func policyChanged() throws {
        let fixture = Pop3Fixture(3)
        try fixture.sync()
        fixture.fake.settings["pop3_leave"] = "fetched"
        try fixture.sync()
        #expect(fixture.server.messages.isEmpty)
        #expect(fixture.fake.store.count == 3)
    }

    /// What policy did not keep, what was refused, and what is not in the store stays where it is.
    @Test func onlyWhatIsStored() throws {
        let fixture = Pop3Fixture(6, ["pop3_leave": "fetched"])
        fixture.server.instead["RETR 5"] = ["-ERR corrupt"]
        fixture.fake.policy = {
            switch $0.text("ref") {
            case "u1": .nothing
            case "u2": .header
            default: .whole
            }
        }
        try fixture.sync()
        #expect(fixture.server.messages.map(\.uid) == ["u1", "u2", "u5"])
        try fixture.sync()
        #expect(fixture.server.messages.map(\.uid) == ["u1", "u2", "u5"])
        fixture.expectClean()
    }

    /// No +OK to QUIT: nothing is sure, and the next session finds out.
    @Test func quitRefused() throws {
        let fixture = Pop3Fixture(3, ["pop3_leave": "fetched"])
        fixture.server.instead["QUIT"] = ["-ERR some deleted messages not removed"]
        try fixture.sync()
        #expect(fixture.server.messages.count == 3)
        #expect(fixture.fake.logged.contains { $0.has("did not remove everything") })
        fixture.server.instead = [:]
        fixture.server.forget()
        try fixture.sync()
        #expect(fixture.server.messages.isEmpty)
        #expect(!fixture.said.contains { $0.hasPrefix("RETR") })
        #expect(fixture.fake.store.count == 3)
    }

    /// A session that is closed early marks nothing.
    @Test func closedWithoutSync() throws {
        let fixture = Pop3Fixture(3, ["pop3_leave": "fetched"])
        _ = try fixture.folder()
        #expect(fixture.server.messages.count == 3)
        #expect(fixture.said.last == "QUIT")
    }
}

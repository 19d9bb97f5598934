import Base
import CMailroom
import FakeHost
import PluginKit
import Testing

@testable import Pop3Provider

/// The one folder, single messages, the audit's list, and sessions that live longer than one sync.
struct Pop3SessionTests {
    @Test func folder() throws {
        let fixture = Pop3Fixture(3)
        let first = try fixture.folder()
        #expect(first.text("path") == "INBOX" && first.text("role") == "inbox")
        #expect(first.int("messages") == 3)
        #expect(first.bytes("status")?.count ?? 0 > 60)
        #expect(first.bytes("status")?.count ?? 0 <= 255)
        // Four commands after the login, whatever the maildrop's size.
        #expect(fixture.said.suffix(4) == ["STAT", "UIDL 1", "UIDL 3", "QUIT"])
        #expect(try fixture.folder() == first)
    }

    /// Whatever decides whether a sync has something to do changes the status.
    @Test func status() throws {
        let fixture = Pop3Fixture(3)
        var seen: [[UInt8]?] = [try fixture.folder().bytes("status")]
        func look() throws { seen.append(try fixture.folder().bytes("status")) }
        fixture.server.add(1)
        try look()
        fixture.server.messages.removeFirst()
        try look()
        fixture.server.messages[2].uid = "new"
        try look()
        fixture.fake.settings["pop3_leave"] = "fetched"
        try look()
        fixture.fake.settings["pop3_leave"] = "3"
        try look()
        fixture.server.messages = []
        try look()
        #expect(Set(seen.compactMap { $0 }).count == seen.count)
    }

    /// A server that does not answer for one message has no status, and is synced every time.
    @Test func noStatus() throws {
        let fixture = Pop3Fixture(2)
        fixture.server.instead["UIDL"] = ["-ERR syntax", "-ERR syntax", "+OK\r\n1 a\r\n2 b\r\n."]
        let folder = try fixture.folder()
        #expect(folder.int("messages") == 2)
        #expect(folder.bytes("status") == nil)
    }

    @Test func fetchOne() throws {
        let fixture = Pop3Fixture(3)
        let session = try Pop3Provider.open(fixture.fake.host)
        let ref = Record(["ref": .text("u2")])
        do {
            try session.fetch(fixture.fake.host, what: fixture.fake.folder("INBOX", ref))
            #expect(fixture.fake.commit([]) == 0)
        }
        #expect(fixture.fake.store.mapValues(\.body) == ["u2": fixture.server.messages[1].body])
        #expect(fixture.said.filter { $0.hasPrefix("RETR") } == ["RETR 2"])
        let failure = #expect(throws: Failure.self) {
            let ref = Record(["ref": .text("u9")])
            try session.fetch(fixture.fake.host, what: fixture.fake.folder("INBOX", ref))
        }
        #expect(failure?.result == mr_result(MR_E_NOT_FOUND))
        session.close(fixture.fake.host)
        fixture.expectClean()
    }

    @Test func listed() throws {
        let fixture = Pop3Fixture(3)
        let session = try Pop3Provider.open(fixture.fake.host)
        try session.list(fixture.fake.host, folder: fixture.fake.folder())
        session.close(fixture.fake.host)
        let listed = fixture.fake.emitted.filter { $0.kind == "listed" }.map(\.fields)
        #expect(listed.map { $0.text("ref") } == ["u1", "u2", "u3"])
        #expect(listed.map { $0.int("size") } == fixture.server.messages.map { Int64($0.body.count) })
        fixture.expectClean()
    }

    /// A maildrop shows what was there at the login: a second sync of one session logs in again.
    @Test(arguments: ["forever", "fetched"])
    func secondSync(_ leave: String) throws {
        let fixture = Pop3Fixture(3, ["pop3_leave": leave])
        let fake = fixture.fake
        let session = try Pop3Provider.open(fake.host)
        try session.folders(fake.host)
        for count in [3, 5] {
            try fake.call { () throws(Failure) in
                try session.sync(fake.host, folder: fake.folder(), cursor: fake.cursor)
            }
            #expect(fake.store.count == count)
            fixture.server.add(2)
        }
        try session.folders(fake.host)
        #expect(fake.emitted.last?.fields.int("messages") == (leave == "forever" ? 7 : 2))
        session.close(fake.host)
        #expect(fixture.server.logins == 3)
        fixture.expectClean()
    }

    /// The server ended the session for its quietness.
    @Test func autologout() throws {
        let fixture = Pop3Fixture(3)
        fixture.server.instead["STAT"] = ["-ERR Disconnected for inactivity."]
        let session = try Pop3Provider.open(fixture.fake.host)
        #expect(throws: Failure.self) { try session.folders(fixture.fake.host) }
        fixture.server.commandsLeft = 0
        let failure = #expect(throws: Failure.self) {
            try session.sync(fixture.fake.host, folder: fixture.fake.folder(), cursor: [])
        }
        #expect(failure?.result == mr_result(MR_E_CONNECTION))
        session.close(fixture.fake.host)
        fixture.expectClean()
    }

    @Test func whatItCannotDo() throws {
        let fixture = Pop3Fixture(1)
        let session = try Pop3Provider.open(fixture.fake.host)
        defer { session.close(fixture.fake.host) }
        let folder = fixture.fake.folder()
        for look in [
            { try session.apply(fixture.fake.host, change: folder) },
            { try session.watch(fixture.fake.host, folders: [folder]) },
            {
                try session.send(
                    fixture.fake.host, envelope: folder, message: UnsafeRawBufferPointer(start: nil, count: 0))
            },
            {
                try session.append(
                    fixture.fake.host, what: folder, message: UnsafeRawBufferPointer(start: nil, count: 0))
            },
        ] {
            let failure = #expect(throws: Failure.self) { try look() }
            #expect(failure?.result == mr_result(MR_E_UNSUPPORTED))
        }
    }
}

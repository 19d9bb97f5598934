import Base
import CMailroom
import FakeHost
import PluginKit
import Testing

@testable import Pop3Provider

/// Whole syncs against a maildrop in memory: what the store holds afterwards is what the server has.
struct Pop3SyncTests {
    @Test(arguments: [0, 1, 49, 50, 51, 1203], [true, false])
    func firstSync(_ count: Int, _ pipelining: Bool) throws {
        let fixture = Pop3Fixture(count)
        if !pipelining { fixture.server.capabilities?.removeAll { $0 == "PIPELINING" } }
        try fixture.sync()
        fixture.expectSame()
        #expect(fixture.fake.isComplete)
        #expect(fixture.fake.order == fixture.server.messages.map(\.uid).reversed())
        #expect(fixture.fake.wanted.count == count)
        #expect(fixture.fake.store.values.allSatisfy { $0.historical == 1 && $0.date != nil && $0.flags.isEmpty })
        #expect(fixture.fake.progress.last?.done == Int64(count))
        #expect(!fixture.said.contains { $0.hasPrefix("TOP") || $0.hasPrefix("DELE") })
        // Again: nothing is fetched, and nothing is written.
        let commits = fixture.fake.commits
        fixture.server.forget()
        try fixture.sync()
        #expect(!fixture.said.contains { $0.hasPrefix("RETR") })
        #expect(fixture.fake.commits == commits)
        fixture.server.add(2)
        try fixture.sync()
        fixture.expectSame()
    }

    /// What comes later with the server's own date is the host's to judge by that date; without one it is new.
    @Test func historical() throws {
        let fixture = Pop3Fixture(2)
        try fixture.sync()
        fixture.server.add(1)
        fixture.server.messages.append(
            .init(uid: "own", body: Array("Date: 19 Jun 2014 03:12:05 -0700\r\n\r\nx\r\n".utf8)))
        try fixture.sync()
        #expect(fixture.fake.store.mapValues(\.historical) == ["u1": 1, "u2": 1, "u3": 1, "own": 0])
    }

    /// Servers that refuse to list nothing, or to tell sizes.
    @Test func refusedListings() throws {
        let empty = Pop3Fixture(0)
        empty.server.instead = ["LIST": ["-ERR no messages"], "UIDL": ["-ERR no messages"]]
        try empty.sync()
        #expect(empty.fake.isComplete)
        #expect(try empty.folder().int("messages") == 0)
        let sizeless = Pop3Fixture(3)
        sizeless.server.instead["LIST"] = ["-ERR unknown"]
        try sizeless.sync()
        sizeless.expectSame()
        #expect(sizeless.fake.wanted.allSatisfy { $0.int("size") == nil })
        sizeless.server.instead["LIST"] = ["-ERR [SYS/TEMP] wait"]
        let failure = #expect(throws: Failure.self) { try sizeless.sync() }
        #expect(failure?.result == mr_result(MR_E_OUTAGE))
    }

    /// Stopped at every commit, before it is stored and after, and begun again: the same store.
    @Test(arguments: [false, true], ["forever", "fetched"])
    func stoppedAtEveryCommit(_ after: Bool, _ leave: String) throws {
        let whole = Pop3Fixture(223, ["pop3_leave": leave])
        let bodies = Dictionary(whole.server.messages.map { ($0.uid, $0.body) }) { $1 }
        whole.fake.commitAfter = 60
        try whole.sync()
        #expect(whole.fake.commits >= 4)
        for stop in 1...whole.fake.commits {
            let fixture = Pop3Fixture(223, ["pop3_leave": leave])
            fixture.fake.commitAfter = 60
            fixture.fake.stopAt = stop
            fixture.fake.stopsAfter = after
            let failure = #expect(throws: Failure.self) { try fixture.sync() }
            #expect(failure?.result == mr_result(MR_E_CANCELLED))
            // Whatever is gone from the server is in the store.
            #expect(fixture.server.messages.count == 223)
            fixture.fake.stopAt = 0
            try fixture.sync()
            #expect(fixture.fake.store.mapValues(\.body) == bodies, "stopped at \(stop)")
            #expect(fixture.fake.isComplete)
            #expect(fixture.server.messages.isEmpty == (leave == "fetched"))
            fixture.expectClean()
        }
    }

    /// The connection ends before any of the commands is answered: nothing is lost, and the next sync ends it.
    @Test(arguments: ["forever", "fetched"])
    func cutAnywhere(_ leave: String) throws {
        let bodies = Dictionary(Pop3Fixture(7).server.messages.map { ($0.uid, $0.body) }) { $1 }
        for left in 0..<30 {
            let fixture = Pop3Fixture(7, ["pop3_leave": leave])
            fixture.server.commandsLeft = left
            do {
                try fixture.sync()
            } catch {
                #expect(error.result == mr_result(MR_E_CONNECTION))
            }
            for (uid, body) in bodies where !fixture.server.messages.contains(where: { $0.uid == uid }) {
                #expect(fixture.fake.store[uid]?.body == body, "cut after \(left)")
            }
            fixture.server.commandsLeft = .max
            try fixture.sync()
            #expect(fixture.fake.store.mapValues(\.body) == bodies, "cut after \(left)")
            fixture.expectClean()
        }
    }

    /// A piece of the network is one octet, and the message is larger than any buffer.
    @Test(arguments: [1, 7, 65_536])
    func pieces(_ piece: Int) throws {
        let fixture = Pop3Fixture(3)
        fixture.server.add(1, size: 200_000)
        fixture.fake.piece = piece
        try fixture.sync()
        fixture.expectSame()
        #expect(fixture.fake.largestPiece <= 65_536)
    }

    // MARK: What is asked before

    /// With `ask` the header comes first, and with it what is known of the message.
    @Test(arguments: [true, false])
    func asksFirst(_ hasTop: Bool) throws {
        let fixture = Pop3Fixture(120)
        if !hasTop {
            fixture.server.capabilities?.removeAll { $0 == "TOP" }
            fixture.server.instead["TOP"] = ["-ERR"]
        }
        fixture.fake.policy = { $0.text("message_id") == "m7@x" ? .nothing : .whole }
        try fixture.sync(Record(["ask": .int(1)]))
        #expect(fixture.fake.store.count == 119)
        #expect(fixture.fake.store["u7"] == nil)
        #expect(fixture.fake.wanted.count == 120)
        #expect(fixture.fake.wanted.allSatisfy { $0.text("message_id") != nil && $0.int("internal_date") != nil })
        #expect(fixture.fake.wanted.last?.int("internal_date") == 1_403_165_525_000)
        #expect(fixture.said.contains("TOP 1 0") == hasTop)
        #expect(fixture.said.contains("RETR 7") != hasTop)
        fixture.expectClean()
    }

    /// Only headers: by TOP, or the beginning of what RETR brings.
    @Test(arguments: [true, false], [true, false])
    func headersOnly(_ hasTop: Bool, _ ask: Bool) throws {
        let fixture = Pop3Fixture(60, ["pop3_leave": "fetched"])
        if !hasTop { fixture.server.instead["TOP"] = ["-ERR"] }
        fixture.fake.policy = { _ in .header }
        try fixture.sync(ask ? Record(["ask": .int(1)]) : Record())
        #expect(fixture.fake.store.count == 60)
        for message in fixture.server.messages {
            let found = fixture.fake.store[message.uid]
            #expect(found?.whole == Int64(message.body.count))
            #expect(found.map { String(decoding: $0.body, as: UTF8.self).hasSuffix("\r\n\r\n") } == true)
            #expect(found.map { message.body.starts(with: $0.body) } == true)
        }
        // What is not whole in the store stays on the server.
        #expect(!fixture.said.contains { $0.hasPrefix("DELE") })
        fixture.expectClean()
    }

    /// What was skipped, or kept as a header, is asked about again where everything is to be compared.
    @Test func wantedLater() throws {
        let fixture = Pop3Fixture(6)
        fixture.fake.policy = { $0.text("ref") == "u2" ? .header : .whole }
        try fixture.sync()
        #expect(fixture.fake.store["u2"]?.whole != nil)
        fixture.fake.policy = { _ in .whole }
        try fixture.sync()
        #expect(fixture.fake.store["u2"]?.whole != nil)
        let asked = fixture.fake.wanted.count
        try fixture.sync(Record(["walk": .int(1)]))
        #expect(fixture.fake.wanted.count == asked + 1)
        fixture.expectSame()
    }

    @Test func manySkipped() throws {
        let fixture = Pop3Fixture(1203)
        fixture.fake.policy = { _ in .nothing }
        try fixture.sync()
        #expect(fixture.fake.commits >= 3)
        #expect(fixture.fake.store.isEmpty && fixture.fake.isComplete)
        fixture.expectClean()
    }

    // MARK: Unique-ids

    /// Too long, with octets that no unique-id may have, twice the same, or like a name made here.
    @Test func strangeUniqueIDs() throws {
        let fixture = Pop3Fixture(8)
        fixture.server.messages[0].uid = String(repeating: "z", count: 300)
        fixture.server.messages[1].uid = "é"
        fixture.server.messages[2].uid = "same"
        fixture.server.messages[3].uid = "same"
        fixture.server.messages[4].uid = "same"
        fixture.server.messages[5].uid = "same#2"
        try fixture.sync()
        #expect(fixture.fake.store.count == 8)
        #expect(fixture.fake.store["same"]?.body == fixture.server.messages[2].body)
        #expect(fixture.fake.store["same 2"]?.body == fixture.server.messages[3].body)
        #expect(fixture.fake.store["same 3"]?.body == fixture.server.messages[4].body)
        #expect(fixture.fake.store.keys.filter { $0.hasPrefix("~") && $0.utf8.count == 65 }.count == 2)
        let before = fixture.fake.wanted.count
        fixture.fake.settings["pop3_leave"] = "fetched"
        try fixture.sync()
        #expect(fixture.fake.wanted.count == before)
        // Which of the same ones would be removed, nobody can say.
        #expect(fixture.server.messages.map(\.uid) == ["same", "same", "same"])
        fixture.expectClean()
    }

    /// Left out of the listing, and told when asked alone; or not told at all: then the others are stored all the same.
    @Test func missingUniqueIDs() throws {
        let fixture = Pop3Fixture(4)
        fixture.server.instead["UIDL"] = ["+OK\r\n1 u1\r\n3\r\n4 u4\r\n.", "+OK 2 u2", "-ERR no idea"]
        let failure = #expect(throws: Failure.self) { try fixture.sync() }
        #expect(failure?.result == mr_result(MR_E_PROTOCOL))
        #expect(failure?.message.hasPrefix("1 messages have no unique-id") == true)
        #expect(Set(fixture.fake.store.keys) == ["u1", "u2", "u4"])
        #expect(!fixture.fake.isComplete)
        fixture.server.instead = [:]
        try fixture.sync()
        fixture.expectSame()
        #expect(fixture.fake.isComplete)
    }

    @Test func listingsOutOfOrder() throws {
        let fixture = Pop3Fixture(4)
        fixture.server.instead["LIST"] = ["+OK\r\n4 1\r\n2 1\r\nx y\r\n2 1\r\n1 ten\r\n."]
        fixture.server.instead["UIDL"] = ["+OK\r\n3 u3\r\n4 u4\r\n1 u1\r\n2 u2\r\n3 other\r\n."]
        try fixture.sync()
        fixture.expectSame()
        #expect(fixture.fake.order == ["u4", "u3", "u2", "u1"])
    }

    @Test func staleCursor() {
        let fixture = Pop3Fixture(1)
        for text in ["imap1 1 2 3", "pop3 2 whole 0 ", "pop3 1 whole x ", "pop3 1 half 0 "] {
            fixture.fake.setCursor(text)
            let failure = #expect(throws: Failure.self) { try fixture.sync() }
            #expect(failure?.result == mr_result(MR_E_STALE))
        }
    }

    /// A cursor that was lost: the store's own references say what is there.
    @Test func lostCursor() throws {
        let fixture = Pop3Fixture(900)
        try fixture.sync()
        fixture.fake.setCursor("")
        fixture.server.forget()
        try fixture.sync()
        #expect(!fixture.said.contains { $0.hasPrefix("RETR") })
        fixture.expectSame()
    }

    // MARK: What the server does not give

    @Test func refusedMessage() throws {
        let fixture = Pop3Fixture(5)
        fixture.server.instead["RETR 3"] = ["-ERR message is corrupt"]
        try fixture.sync()
        #expect(fixture.fake.refused == ["u3"])
        #expect(fixture.fake.store.count == 4)
        #expect(fixture.fake.emitted.first { $0.kind == "refused" }?.fields.text("text") == "message is corrupt")
        fixture.expectClean()
    }

    @Test func illServer() {
        let fixture = Pop3Fixture(80)
        fixture.server.instead["RETR"] = ["-ERR something"]
        #expect(throws: Failure.self) { try fixture.sync() }
        #expect(fixture.fake.refused.isEmpty)
        let temporary = Pop3Fixture(3)
        temporary.server.instead["RETR"] = ["-ERR [SYS/TEMP] wait"]
        let failure = #expect(throws: Failure.self) { try temporary.sync() }
        #expect(failure?.result == mr_result(MR_E_OUTAGE))
    }

    /// One message at which the connection breaks every time keeps no others away for long.
    @Test func breakingMessage() throws {
        let fixture = Pop3Fixture(20)
        fixture.server.breaksIn = ["u14"]
        var syncs = 0
        while syncs < 10, fixture.fake.refused.isEmpty {
            syncs += 1
            try? fixture.sync()
        }
        #expect(fixture.fake.refused == ["u14"])
        #expect(fixture.fake.store.count == 19)
        #expect(fixture.fake.isComplete)
        #expect(syncs <= 6)
        fixture.expectClean()
    }
}

import Base
import CMailroom
import PluginKit
import Testing

@testable import ImapProvider

/// Whole syncs against a server in memory: what the store holds afterwards is what the server has.
struct ImapSyncTests {
    static func begun(_ count: Int, step: UInt32 = 1, _ change: (ImapFakeServer) -> Void = { _ in }) -> (
        ImapFakeHost, ImapFakeServer
    ) {
        let server = ImapFakeServer()
        server.add(count, step: step)
        change(server)
        return (ImapFakeHost(server), server)
    }

    /// Refs with flags and bodies, on both sides.
    static func expectSame(_ fake: ImapFakeHost, _ server: ImapFakeServer, _ what: Comment = "", bodies: Bool = true) {
        #expect(fake.store.count == server.messages.count, what)
        for message in server.messages {
            guard let found = fake.store["\(message.uid)"] else {
                Issue.record("\(message.uid) is missing: \(what)")
                continue
            }
            if found.flags != message.flags || (bodies && found.body != message.body) {
                Issue.record("\(message.uid) differs: \(found.flags): \(what)")
            }
        }
        #expect(fake.broken.isEmpty, what)
    }

    @Test(arguments: [0, 1, 499, 500, 501, 1203])
    func firstSync(_ count: Int) throws {
        let (fake, server) = Self.begun(count, step: 3)
        try fake.sync()
        Self.expectSame(fake, server)
        #expect(fake.isComplete)
        #expect(fake.store.values.allSatisfy { $0.historical == 1 && $0.date == 837_596_665_000 })
        #expect(fake.commits == max(1, (count + 499) / 500))
        #expect(fake.progress.last?.done == Int64(count))
        // The newest range first.
        if count > 500 {
            #expect(fake.order.prefix(500).allSatisfy { UInt32($0) ?? 0 > UInt32((count - 500 - 1) * 3) })
        }
        #expect(fake.wanted.count == count)
        // Read-only, and \Seen is never set.
        #expect(server.commands.contains { $0.hasPrefix("EXAMINE") })
        #expect(
            !server.commands.contains { $0.hasPrefix("SELECT") || $0.contains("BODY[") || $0.hasPrefix("UID STORE") })
        // Again: nothing is asked but the counters, and nothing is written.
        let commits = fake.commits
        server.forget()
        try fake.sync()
        #expect(server.commands == ["EXAMINE \"INBOX\" (CONDSTORE)", "LOGOUT"])
        #expect(fake.commits == commits)
        Self.expectSame(fake, server)
    }

    /// Stopped at every commit, before it is stored and after, and begun again: the same store, nothing fetched twice
    /// but what was not stored.
    @Test(arguments: [false, true], [150, 500])
    func stoppedAtEveryCommit(_ after: Bool, _ commitAfter: Int) throws {
        let (whole, server) = Self.begun(1203)
        whole.commitAfter = commitAfter
        try whole.sync()
        #expect(whole.commits >= 3)
        for stop in 1...whole.commits {
            let fake = ImapFakeHost(server)
            fake.commitAfter = commitAfter
            fake.stopAt = stop
            fake.stopsAfter = after
            let failure = #expect(throws: Failure.self) { try fake.sync() }
            #expect(failure?.result == mr_result(MR_E_CANCELLED))
            fake.stopAt = 0
            try fake.sync()
            #expect(fake.store == whole.store, "stopped at \(stop)")
            #expect(fake.cursor == whole.cursor)
            #expect(fake.isComplete && fake.broken.isEmpty)
        }
    }

    /// What came meanwhile is fetched before the rest, and is not historical.
    @Test func newMailBeforeTheRest() throws {
        let (fake, server) = Self.begun(1203)
        fake.stopAt = 1
        fake.stopsAfter = true
        #expect(throws: Failure.self) { try fake.sync() }
        #expect(fake.store.count == 500)
        server.add(3)
        fake.stopAt = 0
        try fake.sync()
        Self.expectSame(fake, server)
        #expect(fake.order[500..<503] == ["1204", "1205", "1206"])
        #expect(fake.store["1205"]?.historical == 0)
        #expect(fake.store["1"]?.historical == 1)
        #expect(fake.isComplete)
    }

    @Test func muchNewMail() throws {
        let (fake, server) = Self.begun(10)
        try fake.sync()
        server.add(1600)
        server.forget()
        try fake.sync()
        Self.expectSame(fake, server)
        #expect(server.commands.filter { $0.hasPrefix("UID FETCH") && !$0.contains("BODY") }.count >= 4)
        #expect(server.commands.allSatisfy { $0.utf8.count < 1000 })
    }

    /// Flags, expunges and new mail at once, with and without the server's help.
    @Test(arguments: ["IMAP4rev1", "IMAP4rev1 CONDSTORE", "IMAP4rev1 ESEARCH", "IMAP4rev1 CONDSTORE ESEARCH"])
    func changes(_ capabilities: String) throws {
        let (fake, server) = Self.begun(1500) { $0.capabilities = capabilities }
        try fake.sync()
        server.setFlags([1, 700, 701, 1500], "\\Seen $Forwarded")
        server.expunge([5, 6, 7, 1499])
        server.add(2, flags: "\\Flagged")
        try fake.sync()
        Self.expectSame(fake, server)
        #expect(fake.emitted.filter { $0.kind == "gone" }.count == 4)
        #expect(fake.emitted.filter { $0.kind == "flags" }.count == 4)
        // Once more: nothing is found twice.
        try fake.sync()
        #expect(fake.emitted.filter { $0.kind == "gone" || $0.kind == "flags" }.count == 8)
        server.expunge(Set(server.messages.map(\.uid)))
        try fake.sync()
        #expect(fake.store.isEmpty)
    }

    /// Without CONDSTORE counters that did not move are believed for half an hour.
    @Test func flagsWithoutHelp() throws {
        let (fake, server) = Self.begun(30) { $0.capabilities = "IMAP4rev1" }
        try fake.sync()
        server.setFlags([4], "\\Seen")
        try fake.sync()
        #expect(fake.store["4"]?.flags == "")
        let words = String(decoding: fake.cursor, as: UTF8.self).split(separator: " ")
        fake.setCursor(words.dropLast(4).joined(separator: " ") + " \(ImapFakeHost.now - 30 * 60 * 1000) 0 0 0")
        try fake.sync()
        #expect(fake.store["4"]?.flags == "\\Seen")
        Self.expectSame(fake, server)
    }

    /// A MODSEQ that goes down is believed in nothing.
    @Test func modSeqThatGoesDown() throws {
        let (fake, server) = Self.begun(30)
        try fake.sync()
        server.setFlags([4], "\\Seen")
        server.modSeq = 3
        try fake.sync()
        Self.expectSame(fake, server)
    }

    @Test func newUIDValidity() throws {
        let (fake, server) = Self.begun(40)
        try fake.sync()
        server.uidValidity = 78
        server.messages = []
        server.uidNext = 1
        server.add(12, size: 99)
        try fake.sync()
        Self.expectSame(fake, server)
        #expect(fake.isComplete)
        #expect(fake.emitted.filter { $0.kind == "reset" }.count == 1)
    }

    @Test(arguments: [
        "", "x", "imap1 1 2 3", "imap1 77 30 40 30 5 0", "imap2 77 30 1 30 5 0", "imap1 77 30 1 30 5 0 ",
        "imap2 77 30 1 30 5 0 0", "imap2 77 30 1 30 5 0 -1 0 0",
    ])
    func cursorsOfAnotherKind(_ text: String) throws {
        let (fake, server) = Self.begun(30)
        try fake.sync()
        fake.setCursor(text)
        if text.isEmpty {
            // The store has messages that nobody can tell any more.
            try fake.sync()
            Self.expectSame(fake, server)
            #expect(fake.emitted.contains { $0.kind == "reset" })
        } else {
            let failure = #expect(throws: Failure.self) { try fake.sync() }
            #expect(failure?.result == mr_result(MR_E_STALE))
        }
    }

    @Test(arguments: ImapFakeServer.Quirk.allCases.map(\.rawValue))
    func quirks(_ name: String) throws {
        let quirk = try #require(ImapFakeServer.Quirk(rawValue: name))
        let (fake, server) = Self.begun(620) { server in
            server.quirks = [quirk]
            server.badUID = 300
        }
        if quirk == .missingIsNo { server.expunge([300]) }
        try fake.sync()
        Self.expectSame(fake, server, Comment(rawValue: name), bodies: quirk != .quoted)
        #expect(fake.isComplete)
        server.add(3)
        server.setFlags([9], "\\Flagged")
        try fake.sync()
        Self.expectSame(fake, server, Comment(rawValue: name), bodies: quirk != .quoted)
        if quirk == .quoted { #expect(fake.store["9"]?.body.count == server.messages[8].body.count) }
    }

    /// A body that is asked for alone is not taken for one of another range whose UID comes behind it.
    @Test func bodiesFirstWithOneAsked() throws {
        let (fake, server) = Self.begun(1203) { server in
            server.quirks = [.bodyFirst, .emptyInRange]
            server.badUID = 1100
        }
        try fake.sync()
        Self.expectSame(fake, server)
    }

    /// What was expunged while it was fetched is no bad message.
    @Test func expungedMeanwhile() throws {
        let (fake, server) = Self.begun(30)
        server.before = { server, command in if command.contains("BODY.PEEK") { server.expunge([7, 8]) } }
        try fake.sync()
        Self.expectSame(fake, server)
        #expect(fake.isComplete && fake.logged.isEmpty)
    }

    /// A NO because of one message says nothing of the others.
    @Test func goneIsNotWhatANoKeptBack() throws {
        let (fake, server) = Self.begun(30) { $0.capabilities = "IMAP4rev1" }
        try fake.sync()
        server.expunge([5])
        server.instead = ["UID FETCH": "NO Some of the requested messages no longer exist"]
        try fake.sync()
        Self.expectSame(fake, server)
        #expect(fake.emitted.filter { $0.kind == "gone" }.count == 1)
    }

    /// However many messages a server says it has, the cuts are few.
    @Test func cutsAreFew() {
        #expect(RangePlan.cuts(exists: 1203) == [204, 704])
        let cuts = RangePlan.cuts(exists: .max)
        #expect(cuts.count <= 20_000)
        #expect(cuts == cuts.sorted() && cuts.last ?? 0 > UInt32.max - 300_000)
    }

    /// MODSEQs that were not there before say nothing of what changed until then.
    @Test func modSeqThatComesLater() throws {
        let (fake, server) = Self.begun(30) { $0.capabilities = "IMAP4rev1" }
        try fake.sync()
        server.setFlags([4], "\\Seen")
        server.capabilities = "IMAP4rev1 CONDSTORE"
        try fake.sync()
        Self.expectSame(fake, server)
    }

    /// Known messages are findings, too: there is a commit at least once in 500 of them.
    @Test func manyKnownInOneRange() throws {
        let (fake, server) = Self.begun(1800) { $0.instead = ["FETCH": "OK nothing"] }
        fake.unwanted = Set((1...1800).map { "\($0)" })
        try fake.sync()
        #expect(fake.store.isEmpty && fake.isComplete)
        #expect(fake.commits >= 4)
        #expect(server.commands.contains { $0.hasPrefix("UID FETCH 1:1800") })
    }

    /// One message that the server never gives does not keep the others away.
    @Test(arguments: [ImapFakeServer.Quirk.refusesRange, .emptyInRange])
    func hopeless(_ quirk: ImapFakeServer.Quirk) throws {
        let (fake, server) = Self.begun(20) { server in
            server.quirks = [quirk]
            server.badUID = 7
            server.isHopeless = true
        }
        try fake.sync()
        #expect(fake.store.count == 19 && fake.store["7"] == nil)
        #expect(fake.refused.keys.map { $0 } == ["7"])
        #expect(fake.refused["7"]?.text("text")?.isEmpty == false)
        #expect(fake.refused["7"]?.int("size") == Int64(server.messages[6].body.count))
        #expect(fake.isComplete)
        #expect(fake.logged.count == 1)
        #expect(server.commands.filter { $0.contains("BODY") }.count < 25)
    }

    @Test func unwantedIsNotFetched() throws {
        let (fake, server) = Self.begun(100)
        fake.unwanted = Set((1...100).filter { $0 % 2 == 0 }.map { "\($0)" })
        try fake.sync()
        #expect(fake.store.count == 50)
        #expect(server.longestCommand < 1000)
        #expect(fake.isComplete && fake.broken.isEmpty)
    }

    @Test(arguments: [1, 7, 1000])
    func anyPieces(_ piece: Int) throws {
        let (fake, server) = Self.begun(5) { $0.add(2, size: 20_000) }
        fake.piece = piece
        try fake.sync()
        Self.expectSame(fake, server)
        #expect(fake.largestPiece <= piece)
    }

    @Test func largeMessagesInPieces() throws {
        let (fake, server) = Self.begun(1) { $0.add(1, size: 3 << 20) }
        try fake.sync()
        Self.expectSame(fake, server)
        #expect(fake.largestPiece <= 64 << 10)
    }

    /// A large body before its UID is asked for again, alone.
    @Test func largeBodyFirst() throws {
        let (fake, server) = Self.begun(2) { server in
            server.add(1, size: 3 << 20)
            server.quirks = [.bodyFirst]
        }
        try fake.sync()
        Self.expectSame(fake, server)
    }

    @Test(arguments: [
        ("EXAMINE", "NO [NONEXISTENT] Unknown Mailbox", MR_E_REFUSED, "select"),
        ("EXAMINE", "NO [UNAVAILABLE] later", MR_E_OUTAGE, "select"),
        ("UID FETCH", "NO [LIMIT] Rate limit hit", MR_E_THROTTLED, "fetch"),
        ("UID FETCH", "BAD Request is throttled. Suggested Backoff Time: 20 milliseconds", MR_E_THROTTLED, "fetch"),
        ("UID FETCH", "BAD what", MR_E_PROTOCOL, "fetch"),
        ("FETCH", "NO no", MR_E_REFUSED, "fetch"),
    ])
    func failures(_ command: String, _ answer: String, _ result: Int, _ step: String) throws {
        let (fake, server) = Self.begun(600) { $0.instead = [command: answer] }
        let failure = #expect(throws: Failure.self) { try fake.sync() }
        #expect(failure?.result == mr_result(result))
        #expect(failure?.step == step)
        #expect(fake.store.isEmpty && !fake.isComplete)
        #expect(fake.openStreams == 0)
        server.instead = [:]
        try fake.sync()
        Self.expectSame(fake, server)
    }

    /// A folder that is refused is that folder's failure: the session goes on.
    @Test func sessionSurvivesARefusal() throws {
        let (fake, server) = Self.begun(3) { $0.instead = ["EXAMINE \"Gone\"": "NO [NONEXISTENT] no"] }
        let session = try ImapProvider.open(fake.host)
        let failure = #expect(throws: Failure.self) {
            try session.sync(fake.host, folder: fake.folder("Gone"), cursor: [])
        }
        #expect(failure?.result == mr_result(MR_E_REFUSED))
        #expect(failure?.code == "NONEXISTENT")
        try session.sync(fake.host, folder: fake.folder(), cursor: [])
        Self.expectSame(fake, server)
        session.close(fake.host)
        #expect(fake.openStreams == 0)
    }

    /// A call that was stopped in the middle of an answer has lost the connection.
    @Test func sessionDoesNotSurviveAStop() throws {
        let (fake, _) = Self.begun(1203)
        fake.stopAt = 1
        let session = try ImapProvider.open(fake.host)
        #expect(throws: Failure.self) { try session.sync(fake.host, folder: fake.folder(), cursor: []) }
        let failure = #expect(throws: Failure.self) { try session.folders(fake.host) }
        #expect(failure?.result == mr_result(MR_E_CONNECTION))
        session.close(fake.host)
        #expect(fake.openStreams == 0)
    }

    /// Mail is not called gone because one answer was incomplete.
    @Test func goneIsAskedTwice() throws {
        let (fake, server) = Self.begun(30) { $0.capabilities = "IMAP4rev1 CONDSTORE ESEARCH" }
        try fake.sync()
        server.expunge([30])
        server.before = { server, command in
            server.instead = command.hasPrefix("UID SEARCH") ? ["UID SEARCH": "OK nothing found"] : [:]
        }
        try fake.sync()
        Self.expectSame(fake, server)
        #expect(fake.emitted.filter { $0.kind == "gone" }.count == 1)
    }

    @Test func oneMessageAlone() throws {
        let (fake, server) = Self.begun(30)
        let session = try ImapProvider.open(fake.host)
        defer { session.close(fake.host) }
        let what = Fields(fake.host, fake.make(Record(["path": .text("INBOX"), "ref": .text("9")])))
        try session.fetch(fake.host, what: what)
        _ = fake.commit([])
        #expect(fake.store.keys.map { $0 } == ["9"])
        #expect(fake.store["9"]?.body == server.messages[8].body)
        for (ref, result) in [("99", MR_E_NOT_FOUND), ("x", MR_E_INVALID), ("0", MR_E_INVALID)] {
            let other = Fields(fake.host, fake.make(Record(["path": .text("INBOX"), "ref": .text(ref)])))
            let failure = #expect(throws: Failure.self) { try session.fetch(fake.host, what: other) }
            #expect(failure?.result == mr_result(result))
        }
    }
}

extension String {
    fileprivate func contains(_ word: String) -> Bool {
        let (text, word) = (Array(utf8), Array(word.utf8))
        guard word.count <= text.count else { return false }
        return (0...(text.count - word.count)).contains { text[$0..<$0 + word.count].elementsEqual(word) }
    }
}

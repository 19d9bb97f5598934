import Base
import CMailroom
import FakeHost
import PluginKit
import Testing

@testable import GmailProvider

@Suite struct GmailSyncTests {
    /// More messages than the host takes findings of without a commit.
    private static func crowd() -> FakeGmail {
        let gmail = FakeGmail(1200)
        gmail.fake.mostUncommitted = 700
        return gmail
    }

    @Test func manyThatAreNotKept() throws {
        let gmail = Self.crowd()
        gmail.fake.policy = { _ in .nothing }
        try gmail.sync(try gmail.session())
        #expect(gmail.fake.broken == [])
        #expect(gmail.fake.isComplete)
        #expect(gmail.fake.wanted.count == 1200)
    }

    /// Read, archived: as the history tells it, and as a comparison finds it.
    @Test(arguments: [true, false]) func manyThatChangeAtOnce(isTold: Bool) throws {
        let gmail = Self.crowd()
        try gmail.sync(try gmail.session())
        #expect(gmail.fake.store.count == 1200)
        for (label, count) in [("UNREAD", 1200), ("INBOX", 0)] {
            gmail.change("labelsRemoved", label)
            if !isTold { gmail.history = nil }
            try gmail.sync(try gmail.session())
            // What the host knows it marks by itself.
            if !isTold, count > 0 { #expect(gmail.fake.store.values.allSatisfy { $0.flags == "\\Seen" }) }
            #expect(gmail.fake.store.count == count)
            #expect(gmail.fake.broken == [])
            gmail.history = []
        }
        #expect(gmail.fake.odd == [])
    }

    @Test func whatAListDoesNotShowIsAskedBeforeItIsGone() throws {
        let gmail = FakeGmail(3)
        try gmail.sync(try gmail.session())
        gmail.unlisted = [gmail.ids[0], gmail.ids[1]]
        gmail.labels[gmail.ids[1]] = nil
        gmail.history = nil
        try gmail.sync(try gmail.session())
        #expect(gmail.fake.order == [gmail.ids[0], gmail.ids[2]])
    }

    @Test(arguments: ["", #"{"resultSizeEstimate":3,"nextPageToken":"x"}"#])
    func aListThatIsNone(body: String) throws {
        let gmail = FakeGmail(3)
        try gmail.sync(try gmail.session())
        gmail.history = nil
        gmail.instead = { $1.hasSuffix("/messages") ? FakeAnswer(200, body) : nil }
        let failure = #expect(throws: Failure.self) { try gmail.sync(try gmail.session()) }
        #expect(failure?.result == Int32(MR_E_PROTOCOL))
        #expect(gmail.fake.store.count == 3)
    }

    @Test(arguments: ["{}", "", #"{"id":"other","labelIds":[]}"#])
    func anAnswerThatIsNotTheMessage(body: String) throws {
        let gmail = FakeGmail(2)
        try gmail.sync(try gmail.session())
        gmail.instead = { $1.hasSuffix("/messages/180") ? FakeAnswer(200, body) : nil }
        let session = try gmail.session()
        let change = gmail.fake.record(
            Record([
                "native": .bytes(Array("INBOX".utf8)), "ref": .text("180"), "kind": .text("flags"),
                "add": .text("\\Seen"),
            ]))
        let other = #expect(throws: Failure.self) { try session.apply(gmail.fake.host, change: change) }
        #expect(other?.result == Int32(MR_E_PROTOCOL))
    }

    /// The labels that a change tells may be those of now, where a later one hides the folder.
    @Test(arguments: [#"["TRASH"]"#, #"["SPAM","INBOX"]"#])
    func whatTrashHides(labels: String) throws {
        let gmail = FakeGmail(1)
        gmail.latest = 101
        gmail.history = [
            #"{"id":"101","labelsRemoved":[{"message":{"id":"180","labelIds":\#(labels)},"labelIds":["Label_1"]}]}"#
        ]
        let history = try #require(try MailboxHistory.read(gmail.fake.host, try GmailApi(gmail.fake.host), from: 100))
        #expect(history.touched("Label_1", since: 100) == ["180"])
        #expect(history.touched("Label_2", since: 100) == [])
    }

    // MARK: a session that is kept

    /// A webhook calls for one folder: nothing is listed before that, and what the last listing read is old.
    @Test func oneFolderAfterARound() throws {
        let gmail = FakeGmail(2)
        let session = try gmail.session()
        try gmail.sync(session)
        func list() throws(Failure) {
            try gmail.fake.call(hasCursor: false) { () throws(Failure) in try session.folders(gmail.fake.host) }
        }
        try list()
        // A message of another folder.
        gmail.latest += 1
        gmail.history = [
            #"{"id":"101","labelsAdded":[{"message":{"id":"2","labelIds":["Label_9","STARRED"]},"labelIds":["STARRED"]}]}"#
        ]
        try list()
        gmail.change("labelsRemoved", "UNREAD")
        gmail.fake.wanted = []
        try gmail.sync(session)
        #expect(gmail.fake.wanted.map { $0.text("flags") } == ["\\Seen", "\\Seen"])
    }

    /// What a listing has read serves each folder that it concerns.
    @Test func theFoldersOfARound() throws {
        let gmail = FakeGmail(2)
        let session = try gmail.session()
        try gmail.sync(session)
        try gmail.fake.call(hasCursor: false) { () throws(Failure) in try session.folders(gmail.fake.host) }
        gmail.change("labelsRemoved", "UNREAD")
        try gmail.fake.call(hasCursor: false) { () throws(Failure) in try session.folders(gmail.fake.host) }
        try gmail.sync(session)
        #expect(gmail.fake.wanted.suffix(2).map { $0.text("flags") } == ["\\Seen", "\\Seen"])
        #expect(gmail.fake.requests.filter { $0.path.hasSuffix("/history") }.count == 1)
    }

    @Test(arguments: [(0, 0), (10_000, 1)]) func whatWasSaidAtTheLogin(age: Int64, asked: Int) throws {
        let gmail = FakeGmail(1)
        let session = GmailSession(try GmailApi(gmail.fake.host), latest: 100, at: FakeHost.clock - age)
        gmail.latest = 120
        #expect(try session.latest(gmail.fake.host) == (asked == 0 ? 100 : 120))
        #expect(gmail.fake.requests.count == asked)
    }

    // MARK: batches

    @Test func aPartNamesATime() throws {
        let gmail = FakeGmail(2)
        var refusals = 1
        gmail.instead = { _, path in
            guard path.hasSuffix("/messages/181"), refusals > 0 else { return nil }
            refusals -= 1
            return FakeAnswer(429, "{}", headers: [("Retry-After", "7")])
        }
        try gmail.sync(try gmail.session())
        #expect(gmail.fake.slept == [7000])
        #expect(gmail.fake.store.count == 2)
    }

    @Test func aPartNamesALongTime() throws {
        let gmail = FakeGmail(2)
        gmail.instead = {
            $1.hasSuffix("/messages/181") ? FakeAnswer(429, "{}", headers: [("Retry-After", "70")]) : nil
        }
        let failure = #expect(throws: Failure.self) { try gmail.sync(try gmail.session()) }
        #expect(failure?.result == Int32(MR_E_THROTTLED))
        #expect(failure?.retryAfterMs == 70_000)
        #expect(gmail.fake.slept == [])
    }

    // MARK: putting a message there again

    @Test(arguments: [Int32(429), 500, 503]) func whoIsTooBusyToShowItHasNotSaidThatItIsAnother(status: Int32) throws {
        let gmail = FakeGmail(1)
        let message = Array("Message-ID: <a@b>\r\nSubject: 180\r\n\r\nx\r\n".utf8)
        gmail.instead = { $1.hasSuffix("/messages/180") ? FakeAnswer(status, "{}") : nil }
        let what = gmail.fake.record(
            Record([
                "native": .bytes(Array("INBOX".utf8)), "again": .int(1), "message_id": .text("a@b"),
            ]))
        let session = try gmail.session()
        #expect(throws: Failure.self) {
            try message.withBytes { (bytes) throws(Failure) in
                try session.append(gmail.fake.host, what: what, message: bytes)
            }
        }
        #expect(!gmail.fake.requests.contains { $0.path.hasPrefix("/upload") })
    }

    // MARK: answers that make no sense

    /// Whoever says nothing has not said that the message is empty.
    @Test func nothingIsNoMessage() throws {
        let gmail = FakeGmail(2)
        gmail.raws[gmail.ids[0]] = #""raw":"""#
        try gmail.sync(try gmail.session())
        #expect(gmail.fake.order == [gmail.ids[1]])
        #expect(gmail.fake.refused == [gmail.ids[0]])
    }

    /// An id in the history that no message has.
    @Test(arguments: ["", String(repeating: "a", count: 65), String(repeating: "a", count: 300)]) func historyOfNobody(
        id: String
    ) throws {
        let gmail = FakeGmail(1)
        let session = try gmail.session()
        try gmail.sync(session)
        gmail.latest += 1
        gmail.history = [#"{"id":"\#(gmail.latest)","messagesDeleted":[{"message":{"id":"\#(id)"}}]}"#]
        try gmail.sync(session)
        #expect(gmail.fake.broken == [])
        #expect(!gmail.fake.emitted.contains { $0.kind == "gone" })
    }
}

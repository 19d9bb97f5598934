import Base
import CMailroom
import FakeHost
import PluginKit
import Testing

@testable import GmailProvider

/// A message that Gmail has and does not give: the others go on, and nothing is said of it that is not known.
@Suite struct GmailRefusedTests {
    /// What is answered in place of the message, whatever is asked of it.
    static let answers = [
        FakeAnswer(503, #"{"error":{"message":"Backend Error"}}"#), FakeAnswer(500, ""), FakeAnswer(400, "{}"),
        FakeAnswer(200, #"{"id":"182","labelIds":["#), FakeAnswer(200, ""), FakeAnswer(200, #"{"id":"other"}"#),
    ]

    private static func mailbox(_ count: Int, without id: String, _ answer: FakeAnswer) -> FakeGmail {
        let gmail = FakeGmail(count)
        gmail.instead = { $1.hasSuffix("/messages/\(id)") ? answer : nil }
        return gmail
    }

    private func refused(_ gmail: FakeGmail) -> [Record] {
        gmail.fake.emitted.filter { $0.kind == "refused" }.map(\.fields)
    }

    private func status(_ gmail: FakeGmail) throws -> [UInt8]? {
        let before = gmail.fake.emitted.count
        try gmail.fake.call(hasCursor: false) { () throws(Failure) in
            try gmail.session().folders(gmail.fake.host)
        }
        return gmail.fake.emitted[before...].first { $0.fields.text("path") == "INBOX" }?.fields.bytes("status")
    }

    // MARK: a new one

    @Test(arguments: answers, [true, false])
    func aNewMessage(answer: FakeAnswer, isFirst: Bool) throws {
        let gmail = FakeGmail(isFirst ? 5 : 2)
        if !isFirst {
            try gmail.sync(try gmail.session())
            for id in ["182", "183"] {
                gmail.ids.append(id)
                gmail.labels[id] = ["INBOX"]
                gmail.latest += 1
                let added = #"[{"message":{"id":"\#(id)","labelIds":["INBOX"]}}]"#
                gmail.history?.append(#"{"id":"\#(gmail.latest)","messagesAdded":\#(added)}"#)
            }
        }
        gmail.instead = { $1.hasSuffix("/messages/182") ? answer : nil }
        try gmail.sync(try gmail.session())
        #expect(gmail.fake.store.count == gmail.ids.count - 1)
        #expect(gmail.fake.refused == ["182"])
        #expect(refused(gmail).first?.text("text")?.isEmpty == false)
        #expect(gmail.fake.isComplete && gmail.fake.broken == [])
        #expect(try GmailCursor(gmail.fake.cursor).history == UInt64(gmail.latest))
        // It is the host's to ask for from now on.
        let asked = gmail.fake.requests.count
        try gmail.sync(try gmail.session())
        #expect(gmail.fake.requests.count == asked + 1 && gmail.fake.refused == ["182"])
    }

    @Test func theServersWordsAreTold() throws {
        let gmail = Self.mailbox(3, without: "181", Self.answers[0])
        try gmail.sync(try gmail.session())
        #expect(refused(gmail).map { $0.text("text") } == ["Backend Error"])
    }

    /// What comes once it is asked for by itself is no news to anybody.
    @Test func byItselfItIsGiven() throws {
        let gmail = FakeGmail(4)
        var refusals = (0..<4).makeIterator()
        gmail.instead = { $1.hasSuffix("/messages/182") && refusals.next() != nil ? FakeAnswer(503, "{}") : nil }
        try gmail.sync(try gmail.session())
        #expect(gmail.fake.store.count == 4 && refused(gmail).isEmpty)
        #expect(gmail.fake.requests.contains { $0.path.hasSuffix("/messages/182") }, "outside of a batch")
    }

    // MARK: an outage of all

    @Test(arguments: [1, 3], [true, false]) func anOutageEndsTheSync(count: Int, isFirst: Bool) throws {
        let gmail = FakeGmail(count)
        if !isFirst {
            try gmail.sync(try gmail.session())
            gmail.change("labelsAdded", "STARRED")
        }
        // One that is not of this folder.
        gmail.ids.append("190")
        gmail.labels["190"] = ["Label_1"]
        let before = gmail.fake.store
        gmail.instead = { $1.has("/messages/") ? FakeAnswer(503, "{}") : nil }
        let failure = #expect(throws: Failure.self) { try gmail.sync(try gmail.session()) }
        #expect(failure?.result == Int32(MR_E_OUTAGE))
        #expect(gmail.fake.store == before && gmail.fake.refused == [] && gmail.fake.odd == [])
    }

    /// What the messages are is told, and no content of any.
    @Test func anOutageOfContentEndsTheSync() throws {
        let gmail = FakeGmail(3)
        var names = 3
        gmail.instead = { _, path in
            guard path.has("/messages/") else { return nil }
            names -= 1
            return names < 0 ? FakeAnswer(503, "{}") : nil
        }
        gmail.ids.append("190")
        gmail.labels["190"] = ["Label_1"]
        let failure = #expect(throws: Failure.self) { try gmail.sync(try gmail.session()) }
        #expect(failure?.result == Int32(MR_E_OUTAGE))
        #expect(gmail.fake.refused == [])
    }

    /// The only message there is: nobody else can be asked.
    @Test func theOnlyOneIsNoOutage() throws {
        let gmail = Self.mailbox(1, without: "180", Self.answers[0])
        try gmail.sync(try gmail.session())
        #expect(gmail.fake.refused == ["180"] && gmail.fake.isComplete)
    }

    // MARK: one that is stored

    @Test(arguments: answers) func aStoredMessageStaysAndIsAskedAboutAgain(answer: FakeAnswer) throws {
        let gmail = FakeGmail(3)
        try gmail.sync(try gmail.session())
        _ = try status(gmail)
        gmail.change("labelsRemoved", "UNREAD")
        gmail.instead = { $1.hasSuffix("/messages/182") ? answer : nil }
        gmail.fake.wanted = []
        try gmail.sync(try gmail.session())
        #expect(gmail.fake.store.count == 3 && gmail.fake.refused == [])
        #expect(!gmail.fake.wanted.contains { $0.text("ref") == "182" }, "nothing is said of its flags")
        #expect(gmail.fake.wanted.filter { $0.text("flags") == "\\Seen" }.count == 2)
        #expect(try status(gmail) == nil, "the folder is not said to be as it was")
        // Gmail gives it again, and no change tells so.
        gmail.instead = { _, _ in nil }
        gmail.fake.wanted = []
        try gmail.sync(try gmail.session())
        #expect(gmail.fake.wanted.map { $0.text("ref") } == ["182"])
        #expect(gmail.fake.wanted.map { $0.text("flags") } == ["\\Seen"])
        #expect(try status(gmail) != nil)
        #expect(gmail.fake.broken == [] && gmail.fake.odd == [])
    }

    /// It left the folder: that is known once Gmail says so.
    @Test(arguments: [true, false]) func itIsGoneWhenGmailSaysSo(isTold: Bool) throws {
        let gmail = FakeGmail(3)
        try gmail.sync(try gmail.session())
        gmail.change("labelsRemoved", "INBOX")
        if !isTold { gmail.history = nil }
        gmail.instead = { $1.hasSuffix("/messages/182") ? Self.answers[0] : nil }
        try gmail.sync(try gmail.session())
        #expect(gmail.fake.order == ["182"])
        gmail.instead = { _, _ in nil }
        gmail.history = []
        try gmail.sync(try gmail.session())
        #expect(gmail.fake.order == [])
    }

    @Test func theAuditDoesNotMissIt() throws {
        let gmail = Self.mailbox(3, without: "182", Self.answers[0])
        let session = try gmail.session()
        try gmail.fake.call(hasCursor: false) { () throws(Failure) in
            try session.list(gmail.fake.host, folder: gmail.fake.folder("INBOX"))
        }
        let listed = gmail.fake.emitted.filter { $0.kind == "listed" }.map(\.fields)
        #expect(listed.map { $0.text("ref") } == ["180", "181", "182"])
        #expect(listed.map { $0["flags"] == nil } == [false, false, true])
    }

    // MARK: fetched later

    private func fetch(_ gmail: FakeGmail, _ id: String) throws(Failure) {
        let what = gmail.fake.record(Record(["native": .bytes(Array("INBOX".utf8)), "ref": .text(id)]))
        let session = try gmail.session()
        try gmail.fake.call(hasCursor: false) { () throws(Failure) in try session.fetch(gmail.fake.host, what: what) }
    }

    /// Whether what it is, or its content, is not given: it is this message that fails, and no other.
    @Test(arguments: answers, [true, false]) func itIsRefusedAgainOrStored(answer: FakeAnswer, isContent: Bool) throws {
        let gmail = FakeGmail(3)
        var looks = isContent ? 1 : 0
        gmail.instead = { _, path in
            guard path.hasSuffix("/messages/182") else { return nil }
            looks -= 1
            return looks >= 0 ? nil : answer
        }
        let failure = #expect(throws: Failure.self) { try fetch(gmail, "182") }
        #expect(failure?.result == Int32(MR_E_REFUSED))
        #expect(failure?.serverText?.isEmpty == false)
        #expect(!gmail.fake.emitted.contains { ["gone", "refused"].contains($0.kind) })
        gmail.instead = { _, _ in nil }
        try fetch(gmail, "182")
        #expect(gmail.fake.order == ["182"])
    }

    @Test func anOutageIsNoRefusal() throws {
        let gmail = FakeGmail(3)
        gmail.instead = { $1.has("/messages/") ? FakeAnswer(503, "{}") : nil }
        let failure = #expect(throws: Failure.self) { try fetch(gmail, "182") }
        #expect(failure?.result == Int32(MR_E_OUTAGE))
    }
}

import Base
import CMailroom
import FakeHost
import Testing

@testable import GmailProvider

/// Messages that stream in, and whose content is damaged.
@Suite struct GmailLargeTests {
    private static let text = "Subject: large\r\n\r\n" + String(repeating: "line\r\n", count: 60_000)
    private static let good = #""raw":"\#(Base64.encode(Array(text.utf8)))""#
    /// After half of it.
    static let damaged = ["", "!\"", "=A\""].map { String(good.prefix(240_000)) + $0 }
    /// None of it comes.
    static let missing = [#""snippet":"raw""#, #""raw":"!""#, #""raw":null"#]

    private static func mailbox(_ content: String) -> FakeGmail {
        let gmail = FakeGmail(4)
        gmail.sizes["182"] = 3 << 20
        gmail.raws["182"] = content
        return gmail
    }

    private func stored(_ gmail: FakeGmail) -> String? {
        gmail.fake.store["182"].map { String(decoding: $0.body, as: UTF8.self) }
    }

    @Test func itStreams() throws {
        let gmail = Self.mailbox(Self.good)
        try gmail.sync(try gmail.session())
        #expect(stored(gmail) == Self.text && gmail.fake.store.count == 4)
        #expect(gmail.fake.largestPiece < 200_000 && gmail.fake.broken == [])
        #expect(gmail.fake.requests.filter { $0.path.hasSuffix("/messages/182") }.count == 1)
    }

    /// It has begun by then: the next sync reads it through before.
    @Test(arguments: damaged) func damagedTwiceItIsRefused(content: String) throws {
        let gmail = Self.mailbox(content)
        let failure = #expect(throws: Failure.self) { try gmail.sync(try gmail.session()) }
        #expect(failure?.result == Int32(MR_E_PROTOCOL))
        #expect(gmail.fake.store["182"] == nil && !gmail.fake.isComplete)
        try gmail.sync(try gmail.session())
        #expect(gmail.fake.refused == ["182"])
        #expect(gmail.fake.store.count == 3 && gmail.fake.isComplete)
        #expect(gmail.fake.broken == [])
    }

    @Test(arguments: damaged) func soundTheNextTimeItIsStored(content: String) throws {
        let gmail = Self.mailbox(content)
        #expect(throws: Failure.self) { try gmail.sync(try gmail.session()) }
        gmail.raws["182"] = Self.good
        try gmail.sync(try gmail.session())
        #expect(stored(gmail) == Self.text && gmail.fake.refused == [])
        #expect(gmail.fake.store.count == 4 && gmail.fake.isComplete && gmail.fake.broken == [])
    }

    @Test(arguments: missing) func whatNeverBeginsIsRefusedAtOnce(content: String) throws {
        let gmail = Self.mailbox(content)
        try gmail.sync(try gmail.session())
        #expect(gmail.fake.refused == ["182"])
        #expect(gmail.fake.store.count == 3 && gmail.fake.isComplete && gmail.fake.broken == [])
    }

    /// A connection that breaks says nothing of the message.
    @Test func aConnectionThatBreaks() throws {
        let gmail = Self.mailbox(Self.damaged[0])
        #expect(throws: Failure.self) { try gmail.sync(try gmail.session()) }
        gmail.raws["182"] = Self.good
        var looks = 1
        gmail.instead = { _, path in
            guard path.hasSuffix("/messages/182") else { return nil }
            looks -= 1
            return looks < 0 ? FakeAnswer(0) : nil
        }
        let failure = #expect(throws: Failure.self) { try gmail.sync(try gmail.session()) }
        #expect(failure?.result == Int32(MR_E_CONNECTION) && gmail.fake.refused == [])
        gmail.instead = { _, _ in nil }
        try gmail.sync(try gmail.session())
        #expect(stored(gmail) == Self.text)
    }

    /// Asked for by its name: it is this message that fails.
    @Test(arguments: damaged + missing) func fetchedLater(content: String) throws {
        let gmail = Self.mailbox(content)
        let what = gmail.fake.record(Record(["native": .bytes(Array("INBOX".utf8)), "ref": .text("182")]))
        let session = try gmail.session()
        let failure = #expect(throws: Failure.self) {
            try gmail.fake.call(hasCursor: false) { () throws(Failure) in
                try session.fetch(gmail.fake.host, what: what)
            }
        }
        #expect(failure?.result == Int32(MR_E_REFUSED))
        gmail.raws["182"] = Self.good
        try gmail.fake.call(hasCursor: false) { () throws(Failure) in try session.fetch(gmail.fake.host, what: what) }
        #expect(stored(gmail) == Self.text)
    }
}

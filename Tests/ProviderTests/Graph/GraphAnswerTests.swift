import Base
import CMailroom
import FakeHost
import Testing

@testable import GraphProvider

/// What Graph answers is taken for no more than it says.
@Suite struct GraphAnswerTests {
    private let fake = FakeHost(NoPeer(), settings: ["graph_api": "https://graph.example/v1.0"])

    private func client() throws(Failure) -> GraphClient { try GraphClient(fake.host) }

    private func message(_ id: String) -> String {
        #"{"id":"\#(id)","isRead":true,"isDraft":false,"parentFolderId":"F","receivedDateTime":"2026-01-01T00:00:00Z"}"#
    }

    // MARK: what was sent

    @Test func whereNoFolderIsKnownNothingIsAbsent() throws {
        let find = FindSent(fake.host, try client(), fake.record(Record(["message_id": .text("a@x")])), sent: nil)
        #expect(throws: Failure.self) { try find.run() }
        #expect(fake.requests.isEmpty)
    }

    @Test(arguments: ["", "{}", #"{"value":null}"#, #"{"value":7}"#]) func anAnswerWithoutAListIsNotAbsent(body: String)
        throws
    {
        fake.answer = { _ in FakeAnswer(200, body) }
        let find = FindSent(fake.host, try client(), fake.record(Record(["message_id": .text("a@x")])), sent: "S")
        let failure = #expect(throws: Failure.self) { try find.run() }
        #expect(failure?.result == Int32(MR_E_PROTOCOL))
    }

    @Test func anEmptyListIs() throws {
        fake.answer = { _ in FakeAnswer(200, #"{"value":[]}"#) }
        try FindSent(fake.host, try client(), fake.record(Record(["message_id": .text("a@x")])), sent: "S").run()
        #expect(fake.emitted.isEmpty)
    }

    // MARK: changes

    /// A page that has a message twice: the last word holds.
    @Test(arguments: [true, false]) func twiceOnAPage(isGone: Bool) throws {
        let removed = #"{"id":"a","@removed":{"reason":"changed"}}"#
        let items = isGone ? [message("a"), removed] : [removed, message("a"), message("a")]
        fake.answer = { request in
            if request.path.hasSuffix("/delta") {
                return FakeAnswer(
                    200,
                    #"{"value":[\#(items.joined(separator: ","))],"@odata.deltaLink":"https://graph.example/v1.0/next"}"#
                )
            }
            if request.path.hasSuffix("/$value") { return FakeAnswer(200, "Subject: a\r\n\r\nx\r\n") }
            return FakeAnswer(200, #"{"totalItemCount":1}"#)
        }
        try fake.call { () throws(Failure) in
            try FolderSync(fake.host, try client(), fake.folder("F")).run([])
        }
        #expect(fake.order == (isGone ? [] : ["a"]))
        #expect(fake.requests.filter { $0.path.hasSuffix("/$value") }.count == (isGone ? 0 : 1))
        #expect(fake.isComplete && fake.broken == [])
    }

    @Test(arguments: ["{}", "", #"{"id":""}"#]) func anAnswerThatIsNoMessageIsNotGone(body: String) throws {
        fake.answer = { _ in FakeAnswer(200, body) }
        let change = Record(["native": .bytes(Array("F".utf8)), "ref": .text("a"), "kind": .text("delete")])
        let failure = #expect(throws: Failure.self) { try Apply(fake.host, try client(), fake.record(change)).run() }
        #expect(failure?.result == Int32(MR_E_PROTOCOL))
        #expect(fake.emitted.isEmpty)
    }
}

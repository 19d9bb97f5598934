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

    /// A mailbox that is not there any more, or just moves: its messages are not gone.
    @Test(arguments: ["MailboxNotEnabledForRESTAPI", "ErrorInvalidUser"]) func aMailboxThatIsNotThere(code: String)
        throws
    {
        let refusal = FakeAnswer(404, #"{"error":{"code":"\#(code)","message":"no"}}"#)
        fake.answer = { request in
            if request.path.hasSuffix("/delta") {
                return FakeAnswer(
                    200, #"{"value":[\#(message("a"))],"@odata.deltaLink":"https://graph.example/v1.0/next"}"#)
            }
            return request.path.hasSuffix("/F") ? FakeAnswer(200, #"{"totalItemCount":1}"#) : refusal
        }
        let failure = #expect(throws: Failure.self) {
            try fake.call { () throws(Failure) in try FolderSync(fake.host, try client(), fake.folder("F")).run([]) }
        }
        #expect(failure?.result == Int32(MR_E_AUTH))
        #expect(fake.cursor == [])
        let change = Record(["native": .bytes(Array("F".utf8)), "ref": .text("a"), "kind": .text("delete")])
        #expect(throws: Failure.self) { try Apply(fake.host, try client(), fake.record(change)).run() }
        #expect(!fake.emitted.contains { $0.kind == "gone" })
        let answer = BatchAnswer(
            status: 404, record: try JSON.parse(#"{"error":{"code":"\#(code)"}}"#), bytes: nil, retryAfterMs: nil)
        #expect(!answer.isGone)
    }

    @Test(arguments: [(404, "ErrorItemNotFound", true), (404, "", true), (429, "x", false), (410, "x", false)])
    func aMessageThatIsNotThere(status: Int32, code: String, isGone: Bool) throws {
        let answer = BatchAnswer(
            status: status, record: try JSON.parse(#"{"error":{"code":"\#(code)"}}"#), bytes: nil, retryAfterMs: nil)
        #expect(answer.isGone == isGone)
    }

    @Test(arguments: ["{}", "", #"{"id":""}"#]) func anAnswerThatIsNoMessageIsNotGone(body: String) throws {
        fake.answer = { _ in FakeAnswer(200, body) }
        let change = Record(["native": .bytes(Array("F".utf8)), "ref": .text("a"), "kind": .text("delete")])
        let failure = #expect(throws: Failure.self) { try Apply(fake.host, try client(), fake.record(change)).run() }
        #expect(failure?.result == Int32(MR_E_PROTOCOL))
        #expect(fake.emitted.isEmpty)
    }

    // MARK: fetched later

    /// Where this message alone is not given, no other has to wait for it.
    @Test(
        arguments: [
            (500, MR_E_REFUSED), (400, MR_E_REFUSED), (503, MR_E_OUTAGE), (429, MR_E_THROTTLED),
        ] as [(Int32, Int)])
    func aMessageInQuarantine(status: Int32, result: Int) throws {
        fake.answer = { request in
            if request.path.hasSuffix("/$value") {
                return FakeAnswer(status, #"{"error":{"code":"ErrorMimeContentConversionFailed","message":"no"}}"#)
            }
            return FakeAnswer(200, #"{"id":"a","isRead":true,"isDraft":false,"parentFolderId":"F"}"#)
        }
        let what = fake.record(Record(["native": .bytes(Array("F".utf8)), "ref": .text("a")]))
        let failure = #expect(throws: Failure.self) {
            try SingleFetch(fake.host, try GraphClient(fake.host), what).run()
        }
        #expect(failure?.result == Int32(result))
    }

    // MARK: answers that leave something out

    /// A mailbox with messages of the folder F, each asked for by itself and in a batch answered with `body`.
    private func answer(_ ids: [String], _ body: String, content: String) {
        let items = ids.map { message($0) }.joined(separator: ",")
        let parts = ids.indices.map { #"{"id":"\#($0)","status":200,"body":\#(body)}"# }.joined(separator: ",")
        fake.answer = { request in
            if request.path.hasSuffix("/$batch") { return FakeAnswer(200, #"{"responses":[\#(parts)]}"#) }
            if request.path.hasSuffix("/delta") || request.path.hasSuffix("/next") {
                return FakeAnswer(
                    200, #"{"value":[\#(items)],"@odata.deltaLink":"https://graph.example/v1.0/next"}"#)
            }
            if request.path.hasSuffix("/$value") { return FakeAnswer(200, content) }
            return FakeAnswer(200, request.path.hasSuffix("/messages/a") ? body : #"{"totalItemCount":1}"#)
        }
    }

    private func sync(_ folder: Record = Record()) throws(Failure) {
        try fake.call { () throws(Failure) in
            try FolderSync(fake.host, try client(), fake.folder("F", folder)).run(fake.cursor)
        }
    }

    /// What does not say where a message lies has not said that it is gone.
    @Test(arguments: ["{}", #"{"id":"a"}"#, #"{"id":"a","parentFolderId":7}"#]) func withoutItsFolderNothingIsGone(
        body: String
    ) throws {
        answer(["a"], body, content: "Subject: a\r\n\r\nx\r\n")
        try sync()
        answer([], body, content: "")
        fake.answer = { [answer = fake.answer] request in
            guard request.path.hasSuffix("/$batch") else { return answer(request) }
            return FakeAnswer(200, #"{"responses":[{"id":"0","status":200,"body":\#(body)}]}"#)
        }
        var folder = Record()
        _ = folder.add("placed", .record(Record(["ref": .text("a")])))
        let change = Record(["native": .bytes(Array("F".utf8)), "ref": .text("a"), "kind": .text("delete")])
        for failure in [
            #expect(throws: Failure.self) { try sync(folder) },
            #expect(throws: Failure.self) { try Apply(fake.host, try client(), fake.record(change)).run() },
            #expect(throws: Failure.self) { try SingleFetch(fake.host, try client(), fake.record(change)).run() },
        ] {
            #expect(failure?.result == Int32(MR_E_PROTOCOL))
        }
        #expect(fake.order == ["a"])
        #expect(!fake.emitted.contains { $0.kind == "gone" })
    }

    /// Whoever says nothing has not said that the message is empty.
    @Test(arguments: [["a"], ["a", "b"]]) func nothingIsNoMessage(ids: [String]) throws {
        answer(ids, #""""#, content: "")
        try sync()
        #expect(fake.order.isEmpty)
        #expect(fake.refused == ids)
        #expect(fake.broken == [])
    }

    @Test(
        arguments: [
            (#"W/\"x\""#, #"W/"x""#), (#"W/\"x\"\r\nX: y"#, nil), ("W/\u{e4}", nil),
        ] as [(String, String?)]) func versionsThatNoHeaderHas(json: String, etag: String?) throws
    {
        let message = try #require(GraphMessage(try JSON.parse(#"{"id":"a","@odata.etag":"\#(json)"}"#)))
        #expect(message.etag == etag)
    }

    @Test(arguments: ["a.b", "a b", ""]) func idsThatAreNoReference(id: String) throws {
        #expect(GraphMessage(try JSON.parse(#"{"id":"\#(id)"}"#)) == nil)
    }

    @Test(arguments: [
        "https://graph.example/v1.0/\u{e4}", "https://graph.example/v1.0/a b", "https://other.example/v1.0/a",
    ])
    func linksThatAreNotFollowed(link: String) throws {
        let client = try client()
        #expect(throws: Failure.self) { try client.relative(link) }
        #expect(try client.relative("https://graph.example/v1.0/a") == "/a")
    }
}

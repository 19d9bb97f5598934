import Base
import CMailroom
import FakeHost
import Testing

@testable import GraphProvider

/// An append that is made again finds what the earlier try has left, and takes nothing else for it.
@Suite struct GraphAppendTests {
    private let fake = FakeHost(NoPeer(), settings: ["graph_api": "https://graph.example/v1.0"])

    /// - Parameters:
    ///   - seconds: when the drafts with this Message-ID were made, by the service's clock, the newest first; written at 0.
    ///   - clock: by how many seconds the service's clock is ahead; nil: it does not say.
    private func append(_ seconds: [Int], clock: Int? = 0, isDraft: Bool = true, again: Int64 = 1) throws {
        let written = FakeHost.clock - 60_000
        let items = seconds.enumerated().map { index, second in
            let created = GraphTime.text(written + Int64(second) * 1000)
            return #"{"id":"d\#(index)","changeKey":"k","isDraft":\#(isDraft),"createdDateTime":"\#(created)"}"#
        }
        fake.answer = { request in
            var answer = FakeAnswer(200, #"{"id":"F"}"#)
            if request.method == "POST" {
                answer = FakeAnswer(201, #"{"id":"new"}"#)
            } else if request.path.hasSuffix("/F/messages") {
                answer = FakeAnswer(200, #"{"value":[\#(items.joined(separator: ","))]}"#)
            } else if request.path.hasSuffix("/messages/new") {
                answer = FakeAnswer(200, #"{"id":"new","changeKey":"k","isDraft":true,"isRead":true}"#)
            }
            if let clock { answer.headers.append(("date", Self.date(FakeHost.clock + Int64(clock) * 1000))) }
            return answer
        }
        let what = Record([
            "native": .bytes(Array("F".utf8)), "role": .text("drafts"), "flags": .text("\\Draft \\Seen"),
            "again": .int(again),
            "message_id": .text("a@x"), "internal_date": .int(written),
        ])
        let message = Array("Message-ID: <a@x>\r\nSubject: two\r\n\r\ntwo\r\n".utf8)
        try message.withBytes { (bytes) throws(Failure) in
            try FolderAppend(fake.host, try GraphClient(fake.host), fake.record(what), bytes).run()
        }
    }

    /// As HTTP tells a time: all tests are on one day.
    private static func date(_ milliseconds: Int64) -> String {
        "Fri, 15 Jan 2027 \(GraphTime.text(milliseconds).dropFirst(11).prefix(8)) GMT"
    }

    private var placed: [String?] { fake.emitted.filter { $0.kind == "placed" }.map { $0.fields.text("ref") } }
    private var made: Int { fake.requests.filter { $0.method == "POST" }.count }

    @Test func theDateOfTheseTests() { #expect(GraphTime.text(FakeHost.clock).hasPrefix("2027-01-15T")) }

    /// Where the service's clock goes wrong, drafts are older or younger by that.
    @Test(arguments: [0, 7200, -7200, nil] as [Int?]) func whatWasLeftIsFound(clock: Int?) throws {
        try append([3 + (clock ?? 0)], clock: clock)
        #expect(placed == ["d0.k"] && made == 0)
    }

    @Test(arguments: [0, 7200, -7200, nil] as [Int?]) func anOlderVersionIsNone(clock: Int?) throws {
        try append([-5 + (clock ?? 0), -4000 + (clock ?? 0)], clock: clock)
        #expect(placed == ["new.k"] && made == 1)
    }

    @Test func besideAnOlderVersion() throws {
        try append([4, -5])
        #expect(placed == ["d0.k"] && made == 0)
    }

    /// In the same second.
    @Test func atOnce() throws {
        try append([0])
        #expect(placed == ["d0.k"] && made == 0)
    }

    @Test func whatIsNoDraftIsAStrangers() throws {
        try append([3], isDraft: false)
        #expect(placed == ["new.k"] && made == 1)
    }

    @Test func theFirstTimeNothingIsLookedFor() throws {
        try append([3], again: 0)
        #expect(placed == ["new.k"] && made == 1)
        #expect(!fake.requests.contains { $0.method == "GET" && $0.path.hasSuffix("/F/messages") })
    }
}

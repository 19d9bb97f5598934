import Base
import CMailroom
import FakeHost
import Testing

@testable import GmailProvider

@Suite struct GmailSendTests {
    private static let message =
        "From: ann@x.example\r\nTo: bob@x.example, cat@x.example\r\nMessage-ID: <a@x>\r\nSubject: s\r\n\r\nbody\r\n"

    private let gmail = FakeGmail()

    /// - Returns: what went out, each time.
    private func send(
        to recipients: [String], _ answers: [FakeAnswer]
    ) throws(Failure) -> [String] {
        var answers = answers[...]
        gmail.instead = { method, path in
            if path.hasSuffix("/sendAs") {
                return FakeAnswer(
                    200, #"{"sendAs":[{"sendAsEmail":"ann@x.example","verificationStatus":"accepted"}]}"#)
            }
            return path.hasPrefix("/upload") ? answers.removeFirst() : nil
        }
        var envelope = Record()
        for address in recipients { _ = envelope.add("recipients", .record(Record(["address": .text(address)]))) }
        let fields = gmail.fake.record(envelope)
        let session = try gmail.session()
        try Array(Self.message.utf8).withBytes { (bytes) throws(Failure) in
            try session.send(gmail.fake.host, envelope: fields, message: bytes)
        }
        return uploads
    }

    private var uploads: [String] {
        gmail.fake.requests.filter { $0.path.hasPrefix("/upload") }.map { String(decoding: $0.body, as: UTF8.self) }
    }

    private func count(_ kind: String) -> Int { gmail.fake.emitted.filter { $0.kind == kind }.count }

    @Test func asItIs() throws {
        let sent = try send(to: ["bob@x.example", "cat@x.example"], [FakeAnswer(200, #"{"id":"1"}"#)])
        #expect(sent.count == 1 && sent[0].has(Self.message))
        #expect(count("recipient") == 2)
    }

    @Test func whoIsNotMeantIsTakenOutAndWhoIsNotNamedIsABlindCopy() throws {
        let sent = try send(to: ["cat@x.example", "dan@x.example"], [FakeAnswer(200, #"{"id":"1"}"#)])
        #expect(sent.count == 1)
        #expect(!sent[0].has("bob@x.example"))
        #expect(
            sent[0].has("Bcc: dan@x.example\r\n") && sent[0].has("cat@x.example") && sent[0].has("\r\n\r\nbody\r\n"))
    }

    @Test func aTokenThatIsRefusedIsRenewedOnce() throws {
        let sent = try send(to: ["bob@x.example", "cat@x.example"], [FakeAnswer(401, "{}"), FakeAnswer(200, "{}")])
        #expect(sent.count == 2 && sent[0] == sent[1])
        #expect(gmail.fake.renewals == 1)
    }

    @Test func aTokenThatIsRefusedTwice() {
        let failure = #expect(throws: Failure.self) {
            try send(to: ["bob@x.example", "cat@x.example"], [FakeAnswer(401, "{}"), FakeAnswer(401, "{}")])
        }
        #expect(failure?.result == Int32(MR_E_AUTH))
        #expect(uploads.count == 2)
    }

    /// Only Gmail's own "no" is one.
    @Test(
        arguments: [
            (400, MR_E_REFUSED), (403, MR_E_REFUSED), (429, MR_E_THROTTLED), (302, MR_E_UNKNOWN_OUTCOME),
            (500, MR_E_UNKNOWN_OUTCOME), (503, MR_E_UNKNOWN_OUTCOME), (0, MR_E_UNKNOWN_OUTCOME),
        ] as [(Int32, Int)])
    func whatIsNoYes(status: Int32, result: Int) {
        let failure = #expect(throws: Failure.self) {
            try send(to: ["bob@x.example", "cat@x.example"], [FakeAnswer(status, "{}")])
        }
        #expect(failure?.result == Int32(result))
        #expect(uploads.count == 1 && count("offer") == 1)
    }

    @Test(arguments: ["", "{", "<html>"]) func aYesWithoutWords(body: String) throws {
        _ = try send(to: ["bob@x.example", "cat@x.example"], [FakeAnswer(200, body)])
        #expect(count("recipient") == 2)
    }

    @Test func anAddressThatWasAddedSince() throws {
        var known = "other"
        gmail.instead = { _, _ in
            FakeAnswer(200, #"{"sendAs":[{"sendAsEmail":"\#(known)@x.example","verificationStatus":"accepted"}]}"#)
        }
        let check = SendAliases(host: gmail.fake.host, session: try gmail.session())
        #expect(throws: Failure.self) { try check.check("ann@x.example") }
        known = "ann"
        for _ in 0..<3 { try check.check("Ann@x.example") }
        #expect(gmail.fake.requests.count == 2)
    }

    // MARK: what was sent

    @Test(arguments: [#"a"b@x"#, "a(b)@x", "a{b@x", "a b@x"]) func whatCannotBeLookedForIsNotAbsent(id: String) throws {
        let session = try gmail.session()
        let what = gmail.fake.record(Record(["message_id": .text(id)]))
        let failure = #expect(throws: Failure.self) { try session.findSent(gmail.fake.host, what: what) }
        #expect(failure?.result == Int32(MR_E_UNSUPPORTED))
        #expect(gmail.fake.requests.isEmpty)
    }

    @Test func anEmptyAnswerIsNotAbsent() throws {
        gmail.instead = { $1.hasSuffix("/messages") ? FakeAnswer(200, "") : nil }
        let session = try gmail.session()
        let what = gmail.fake.record(Record(["message_id": .text("a@x")]))
        #expect(throws: Failure.self) { try session.findSent(gmail.fake.host, what: what) }
    }
}

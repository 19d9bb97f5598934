import Base
import CMailroom
import Testing

@testable import Wire

/// Feeds lines as they come from a stream; answers the replies, or throws the parser's failure.
func smtpReplies(_ lines: [String]) throws -> [SmtpReply] {
    var parser = SmtpReplyParser()
    var replies: [SmtpReply] = []
    for line in lines {
        if let reply = try Array(line.utf8).withUnsafeBytes({ try parser.feed($0) }) { replies.append(reply) }
    }
    return replies
}

struct SmtpReplyTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let lines: [String]
        let code: Int32
        let enhanced: String?
        let text: String
        var testDescription: String { lines.joined(separator: "|") }
    }

    @Test(arguments: [
        Case(lines: ["250 Ok"], code: 250, enhanced: nil, text: "Ok"),
        Case(lines: ["250"], code: 250, enhanced: nil, text: ""),
        Case(lines: ["250 "], code: 250, enhanced: nil, text: ""),
        Case(lines: ["250 2.1.0 Sender ok"], code: 250, enhanced: "2.1.0", text: "Sender ok"),
        Case(lines: ["550 5.1.1"], code: 550, enhanced: "5.1.1", text: ""),
        Case(
            lines: ["550-5.4.5 Daily sending", "550 5.4.5 quota exceeded"], code: 550, enhanced: "5.4.5",
            text: "Daily sending quota exceeded"),
        Case(lines: ["421-4.7.28 unusual rate", "421 more"], code: 421, enhanced: "4.7.28", text: "unusual rate more"),
        Case(lines: ["535 5.7.139 disabled"], code: 535, enhanced: "5.7.139", text: "disabled"),
        // The class must be that of the code (RFC 2034, section 4): else it is text.
        Case(lines: ["250 5.1.1 odd"], code: 250, enhanced: nil, text: "5.1.1 odd"),
        Case(lines: ["354 5.0.0 go"], code: 354, enhanced: nil, text: "5.0.0 go"),
        Case(lines: ["550 5.1.1.2 address"], code: 550, enhanced: nil, text: "5.1.1.2 address"),
        Case(lines: ["550 5.1.1x"], code: 550, enhanced: nil, text: "5.1.1x"),
        Case(lines: ["550 5.1234.1 x"], code: 550, enhanced: nil, text: "5.1234.1 x"),
        Case(lines: ["550 15.1.1 x"], code: 550, enhanced: nil, text: "15.1.1 x"),
        Case(lines: ["550 5..1 x"], code: 550, enhanced: nil, text: "5..1 x"),
        Case(lines: ["554 3.1.1 x"], code: 554, enhanced: nil, text: "3.1.1 x"),
        Case(lines: ["220\thost tab"], code: 220, enhanced: nil, text: "host tab"),
        Case(lines: ["250-", "250 end"], code: 250, enhanced: nil, text: "end"),
        Case(lines: ["250 a\u{1}b\u{7f}c\t"], code: 250, enhanced: nil, text: "a b c"),
        Case(lines: ["554 \u{f6}\u{20ac}"], code: 554, enhanced: nil, text: "\u{f6}\u{20ac}"),
    ])
    func parses(_ expected: Case) throws {
        let replies = try smtpReplies(expected.lines)
        #expect(replies.count == 1)
        #expect(replies.first?.code == expected.code)
        #expect(replies.first?.enhanced?.description == expected.enhanced)
        #expect(replies.first?.text == expected.text)
    }

    @Test(arguments: [
        [""], ["25"], ["hello"], ["2x0 Ok"], ["250_Ok"], ["2500 Ok"], ["199 no"], ["600 no"], ["000 no"], ["-50 no"],
        [" 250 Ok"], ["250-one", "251 two"], ["250-one", "550 two"], ["250-one", ""], ["250-one", "two"],
    ])
    func refuses(_ lines: [String]) throws {
        #expect {
            try smtpReplies(lines)
        } throws: { ($0 as? Failure)?.result == mr_result(MR_E_PROTOCOL) }
    }

    @Test func octetsThatAreNotText() throws {
        var parser = SmtpReplyParser()
        let line = Array("550 ".utf8) + [0xff, 0xfe, 0x00, 0x41]
        let reply = try line.withUnsafeBytes { try parser.feed($0) }
        #expect(reply?.text == "\u{fffd}\u{fffd} A")
    }

    @Test func aReplyIsBounded() throws {
        let long = "250-" + String(repeating: "x", count: SmtpReplyParser.lineLimit)
        #expect(throws: Failure.self) { try smtpReplies([long]) }
        #expect(throws: Failure.self) {
            try smtpReplies(Array(repeating: "250-x", count: SmtpReplyParser.linesLimit + 1))
        }
        let wide = "250-" + String(repeating: "x", count: 4000)
        #expect(throws: Failure.self) { try smtpReplies(Array(repeating: wide, count: 17)) }
        #expect(try smtpReplies(Array(repeating: "250-x", count: 255) + ["250 x"]).count == 1)
    }

    @Test func oneAfterTheOther() throws {
        let replies = try smtpReplies(["250-a", "250 b", "354 go", "250 2.0.0 queued"])
        #expect(replies.map(\.code) == [250, 354, 250])
        #expect(replies.map(\.lines) == [["a", "b"], ["go"], ["queued"]])
    }

    @Test(arguments: [
        (200, "done"), (299, "done"), (334, "intermediate"), (421, "transient"), (550, "permanent"),
    ])
    func kinds(_ code: Int32, _ kind: String) {
        let reply = SmtpReply(code: code, lines: [])
        #expect(reply.isDone == (kind == "done"))
        #expect(reply.isIntermediate == (kind == "intermediate"))
        #expect(reply.isTransient == (kind == "transient"))
        #expect(reply.isPermanent == (kind == "permanent"))
        #expect(reply.isClosing == (code == 421))
    }
}

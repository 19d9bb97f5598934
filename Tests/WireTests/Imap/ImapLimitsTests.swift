import Base
import CMailroom
import Testing

@testable import Wire

/// What is too long, too deep or too many is refused before it is held.
struct ImapLimitsTests {
    static var small: Imap.Limits {
        var limits = Imap.Limits()
        limits.line = 200
        limits.response = 400
        limits.literal = 100
        limits.body = 1000
        limits.literals = 3
        limits.depth = 5
        limits.items = 20
        return limits
    }

    static let beyond: [(String, Sample)] = [
        ("a long line", "* X \(String(repeating: "a", count: 200))\r\n"),
        ("a long literal", "* LIST () \"/\" {101}\r\n"),
        ("a literal beyond any size", "* LIST () \"/\" {999999999999999999}\r\n"),
        ("a long message", "* 1 FETCH (BODY[] {1001}\r\n"),
        ("a message beyond 2^63", "* 1 FETCH (BODY[] {9223372036854775807}\r\n"),
        ("many literals", "* X {1}\r\na {1}\r\na {1}\r\na {1}\r\na\r\n"),
        (
            "a long response",
            Sample(String(repeating: "* X {90}\r\n\(String(repeating: "a", count: 90)) {90}\r\n", count: 4))
        ),
    ]

    @Test(arguments: beyond)
    func refused(_ what: String, _ text: Sample) {
        var feed = ImapFeed(limits: Self.small)
        let failure = #expect(throws: Failure.self, "\(what)") { try feed.feed(text.text) }
        #expect(failure?.result == mr_result(MR_E_PROTOCOL))
        #expect((failure?.serverText ?? "").utf8.count <= 200)
    }

    /// The dialogue goes on: only this answer is lost.
    @Test(arguments: [
        "* LIST \(String(repeating: "(", count: 6))\(String(repeating: ")", count: 6)) NIL x\r\n",
        "* 1 FETCH (X \(String(repeating: "(", count: 6))\(String(repeating: ")", count: 6)))\r\n",
        "* FLAGS (\(String(repeating: "a ", count: 30)))\r\n",
        "* 1 FETCH (X (\(String(repeating: "a ", count: 30))))\r\n",
        "* SEARCH\((1...30).map { " \($0 * 2)" }.joined())\r\n",
        "* VANISHED \((1...30).map { "\($0 * 2)" }.joined(separator: ","))\r\n",
    ])
    func passedOver(_ text: Sample) throws {
        var feed = ImapFeed(limits: Self.small)
        try feed.feed(text.text + "* OK next\r\n")
        guard feed.responses.count == 2, case .damaged = feed.responses[0] else {
            Issue.record("it was read: \(feed.responses)")
            return
        }
        #expect(feed.responses[1] == .status(Imap.Status(.ok, text: "next")))
    }

    @Test func withinTheLimits() throws {
        var feed = ImapFeed(limits: Self.small)
        try feed.feed("* 1 FETCH (X (((()))) UID 3 BODY[] {1000}\r\n\(String(repeating: "b", count: 1000)))\r\n")
        #expect(feed.bodies.first?.bytes.count == 1000)
        guard case .fetch(let data)? = feed.responses.first else {
            Issue.record("no FETCH")
            return
        }
        #expect(data.uid == 3)
    }

    /// A driver that miscounts is told so.
    @Test func miscounted() throws {
        var reader = Imap.ResponseReader()
        let line = Array("* 1 FETCH (BODY[] {5}".utf8)
        let step = try line.withUnsafeBytes { try reader.line($0) }
        #expect(reader.remaining == 5)
        guard case .body = step else {
            Issue.record("no body")
            return
        }
        #expect(throws: Failure.self) { try reader.passed(6) }
        #expect(throws: Failure.self) { try line.withUnsafeBytes { try reader.line($0) } }
    }

    @Test(
        arguments: [
            ("x {5}", 2, 5), ("x {5+}", 2, 5), ("x ~{5}", 2, 5), ("{0}", 0, 0), ("{0000000000000000000000005}", 0, 5),
            ("{123456789012345678}", 0, 123_456_789_012_345_678), ("{}", nil, 0), ("{a}", nil, 0), ("5}", nil, 0),
            ("{5", nil, 0),
            ("{-5}", nil, 0), ("{5}x", nil, 0), ("", nil, 0), ("}", nil, 0), ("+}", nil, 0), ("{+}", nil, 0),
            ("{1234567890123456789012}", 0, .max), ("{9000000000000000000000}", 0, .max),
        ] as [(String, Int?, Int64)])
    func literalMark(_ text: String, _ open: Int?, _ size: Int64) {
        let mark = Imap.LiteralMark(Array(text.utf8), from: 0)
        #expect(mark?.open == open)
        #expect((mark?.size ?? 0) == size)
    }
}

import Base
import CMailroom
import PluginKit
import Testing

@testable import ImapProvider

/// Messages that are put into a folder, on servers that follow a script.
struct ImapAppendTests {
    struct Row: Sendable, CustomStringConvertible {
        var description: String
        var capabilities = ""
        var what: [String: String] = [:]
        var again = false
        var date: Int64?
        var steps: [(String, String)]
        var emitted: [String] = []
        var result: Int?
        var code: String?
    }

    static let message = "Subject: x\r\n\r\nhi\r\n"
    static let size = message.utf8.count
    /// Its lines as the script hears them, and the end of the command.
    static func lines(_ answer: String) -> [(String, String)] {
        [("Subject: x", ""), ("", ""), ("hi", ""), ("", answer)]
    }
    static let waiting = ("APPEND \"Sent\" {18}", "+ go\r\n")
    static let done = "% OK [APPENDUID 7 31] done\r\n"
    static func found(_ size: Int, _ uids: [Int] = [31]) -> [(String, String)] {
        let rows = uids.map {
            "* 1 FETCH (UID \($0) RFC822.SIZE \(size) ENVELOPE \(ImapApplyTests.envelope("a@x")))\r\n"
        }
        let numbers = uids.map { "\($0)" }.joined(separator: " ")
        return [
            ("EXAMINE \"Sent\"", "* 5 EXISTS\r\n% OK\r\n"), ("UID SEARCH HEADER", "* SEARCH \(numbers)\r\n% OK\r\n"),
            ("UID FETCH", rows.joined() + "% OK\r\n"),
        ]
    }

    static let rows: [Row] = [
        Row(description: "waiting", steps: [waiting] + lines(done), emitted: ["placed 31"]),
        Row(
            description: "without waiting, flags and date", capabilities: "LITERAL+",
            what: ["flags": "\\Seen \\Recent $Sent"], date: 837_596_665_000,
            steps: [("APPEND \"Sent\" (\\Seen $Sent) \"17-Jul-1996 09:44:25 +0000\" {18+}", "")] + lines(done),
            emitted: ["placed 31"]),
        Row(
            description: "a folder that is not there",
            steps: [
                ("APPEND", "% NO [TRYCREATE] no\r\n"), ("CREATE \"Sent\"", "% OK\r\n"),
                ("SUBSCRIBE \"Sent\"", "% OK\r\n"),
                waiting,
            ] + lines(done), emitted: ["placed 31"]),
        Row(
            description: "a folder that somebody made meanwhile",
            steps: [
                ("APPEND", "% NO [TRYCREATE] no\r\n"), ("CREATE", "% NO [ALREADYEXISTS] it is\r\n"),
                ("SUBSCRIBE", "% OK\r\n"), waiting,
            ] + lines(done), emitted: ["placed 31"]),
        Row(
            description: "a folder that cannot be made",
            steps: [
                ("APPEND", "% NO [TRYCREATE] no\r\n"), ("CREATE", "% NO [NOPERM] no\r\n"),
            ], result: MR_E_REFUSED, code: "NOPERM"),
        Row(
            description: "refused before it is said", steps: [("APPEND", "% NO [OVERQUOTA] full\r\n")],
            result: MR_E_REFUSED, code: "OVERQUOTA"),
        Row(
            description: "refused afterwards", steps: [waiting] + lines("% NO [TOOBIG] no\r\n"), result: MR_E_REFUSED,
            code: "TOOBIG"),
        Row(
            description: "too large: not even tried", capabilities: "APPENDLIMIT=17", steps: [], result: MR_E_REFUSED,
            code: "TOOBIG"),
        Row(
            description: "just small enough", capabilities: "APPENDLIMIT=18", steps: [waiting] + lines(done),
            emitted: ["placed 31"]),
        Row(
            description: "too large for this folder", capabilities: "APPENDLIMIT",
            steps: [("STATUS \"Sent\" (APPENDLIMIT)", "* STATUS \"Sent\" (APPENDLIMIT 17)\r\n% OK\r\n")],
            result: MR_E_REFUSED, code: "TOOBIG"),
        Row(
            description: "no limit for this folder", capabilities: "APPENDLIMIT",
            steps: [("STATUS", "* STATUS \"Sent\" (APPENDLIMIT NIL)\r\n% OK\r\n"), waiting] + lines(done),
            emitted: ["placed 31"]),
        Row(
            description: "where it is now is looked for", what: ["message_id": "a@x"],
            steps: [waiting] + lines("% OK done\r\n") + found(18), emitted: ["placed 31"]),
        Row(
            description: "two of them: nobody knows", what: ["message_id": "a@x"],
            steps: [waiting] + lines("% OK done\r\n") + found(18, [30, 31])),
        Row(
            description: "nothing to look for", what: ["message_id": "ä@x"], steps: [waiting] + lines("% OK done\r\n")),
        Row(
            description: "again: it is there", what: ["message_id": "a@x"], again: true, steps: found(20, [30, 31]),
            emitted: ["placed 31"]),
        Row(
            description: "again: a draft of another size is another version",
            what: ["message_id": "a@x", "flags": "\\Draft"], again: true,
            steps: found(20) + [("APPEND \"Sent\" (\\Draft) {18}", "+ go\r\n")] + lines(done), emitted: ["placed 31"]),
        Row(
            description: "again: it is not there", what: ["message_id": "a@x"], again: true,
            steps: [("EXAMINE", "* 0 EXISTS\r\n% OK\r\n"), ("UID SEARCH", "* SEARCH\r\n% OK\r\n"), waiting]
                + lines(done),
            emitted: ["placed 31"]),
        Row(description: "a flag that cannot be", what: ["flags": "a\"b"], steps: [], result: MR_E_INVALID),
        Row(
            description: "hung up in between", steps: [waiting, ("Subject: x", ""), ("", ""), ("hi", ""), ("", "")],
            result: MR_E_CONNECTION),
        Row(
            description: "hung up with words", steps: [("APPEND", "* BYE Too many connections\r\n")],
            result: MR_E_THROTTLED),
    ]

    @Test(arguments: rows)
    func append(_ row: Row) throws {
        let script = ImapScript("* PREAUTH [CAPABILITY IMAP4rev1 \(row.capabilities)] hi\r\n", row.steps)
        let fake = ImapFakeHost(script)
        let session = try ImapProvider.open(fake.host)
        defer { session.close(fake.host) }
        var what = ImapApplyTests.record(["path": "Sent", "native": "Sent"].merging(row.what) { $1 })
        if row.again { what.set("again", 1) }
        what.set("internal_date", row.date)
        let fields = Fields(fake.host, fake.make(what))
        let bytes = Array(Self.message.utf8)
        let failure = Self.failure { () throws(Failure) in
            try bytes.withBytes { (raw) throws(Failure) in try session.append(fake.host, what: fields, message: raw) }
        }
        #expect(failure?.result == row.result.map { mr_result($0) })
        #expect(failure?.code == row.code)
        #expect(ImapApplyTests.said(fake) == row.emitted)
        #expect(script.isDone, "\(script.surprises), said \(script.lines)")
    }

    static func failure(_ body: () throws(Failure) -> Void) -> Failure? {
        do throws(Failure) {
            try body()
            return nil
        } catch {
            return error
        }
    }

    /// In pieces, with progress to the end; not a copy of it.
    @Test func large() throws {
        let line = [UInt8](repeating: 0x78, count: 998) + [13, 10]
        var message: [UInt8] = []
        for _ in 0..<1000 { message += line }
        let steps =
            [("APPEND \"Sent\" {1000000}", "+ go\r\n")]
            + (0..<1000).map { _ in ("xxx", "") } + [("", Self.done)]
        let script = ImapScript("* PREAUTH [CAPABILITY IMAP4rev1 LITERAL+] hi\r\n", steps)
        let fake = ImapFakeHost(script)
        let session = try ImapProvider.open(fake.host)
        defer { session.close(fake.host) }
        let fields = Fields(fake.host, fake.make(ImapApplyTests.record(["path": "Sent"])))
        try message.withBytes { (raw) throws(Failure) in try session.append(fake.host, what: fields, message: raw) }
        #expect(ImapApplyTests.said(fake) == ["placed 31"])
        #expect(fake.progress.map(\.done) == [262_144, 524_288, 786_432, 1_000_000])
        #expect(fake.progress.allSatisfy { $0.total == 1_000_000 })
        #expect(script.isDone && fake.broken.isEmpty)
    }

    @Test func nothing() throws {
        let fake = ImapFakeHost(ImapScript("* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n", []))
        let session = try ImapProvider.open(fake.host)
        let fields = Fields(fake.host, fake.make(ImapApplyTests.record(["path": "Sent"])))
        let failure = Self.failure { () throws(Failure) in
            try session.append(fake.host, what: fields, message: UnsafeRawBufferPointer(start: nil, count: 0))
        }
        #expect(failure?.result == mr_result(MR_E_INVALID))
    }
}

import Base
import CMailroom
import PluginKit
import Testing

@testable import ImapProvider

/// Messages that were sent are looked for, on servers that follow a script.
struct ImapFindSentTests {
    struct Row: Sendable, CustomStringConvertible {
        var description: String
        var messageID = "a@x"
        var folders = ["Sent"]
        var steps: [(String, String)]
        var emitted: [String] = []
        var result: Int?
    }

    static func nothing(_ folder: String) -> [(String, String)] {
        [("EXAMINE \"\(folder)\"", "* 0 EXISTS\r\n% OK\r\n"), ("UID SEARCH HEADER", "* SEARCH\r\n% OK\r\n")]
    }

    static let rows: [Row] = [
        Row(description: "found", steps: ImapAppendTests.found(18), emitted: ["Sent 31"]),
        Row(description: "found twice", steps: ImapAppendTests.found(18, [30, 31]), emitted: ["Sent 30", "Sent 31"]),
        Row(description: "not there", steps: nothing("Sent")),
        Row(
            description: "in the second folder", folders: ["All", "Sent"],
            steps: nothing("All") + ImapAppendTests.found(18), emitted: ["Sent 31"]),
        Row(
            description: "a folder that cannot be opened", folders: ["All", "Sent"],
            steps: [("EXAMINE \"All\"", "% NO no such mailbox\r\n")] + ImapAppendTests.found(18),
            emitted: ["Sent 31"]),
        Row(
            description: "the search does not know it yet",
            steps: [
                ("EXAMINE", "* 2 EXISTS\r\n% OK\r\n"), ("UID SEARCH", "* SEARCH\r\n% OK\r\n"),
                (
                    "FETCH 1:2",
                    "* 2 FETCH (UID 9 RFC822.SIZE 5 ENVELOPE \(ImapApplyTests.envelope("a@x")))\r\n% OK\r\n"
                ),
            ], emitted: ["Sent 9"]),
        Row(description: "nothing to look for", messageID: "ä@x", steps: []),
        Row(description: "nowhere to look", folders: [], steps: []),
        Row(
            description: "hung up", steps: [("EXAMINE", "* BYE gone\r\n")], result: MR_E_CONNECTION),
    ]

    @Test(arguments: rows)
    func find(_ row: Row) throws {
        let script = ImapScript("* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n", row.steps)
        let fake = ImapFakeHost(script)
        let session = try ImapProvider.open(fake.host)
        defer { session.close(fake.host) }
        let items = row.folders.map { Value.record(Record(["path": .text($0), "native": .bytes(Array($0.utf8))])) }
        let what = Fields(
            fake.host, fake.make(Record(["message_id": .text(row.messageID), "items": .list(items)])))
        let failure = ImapAppendTests.failure { () throws(Failure) in
            try session.findSent(fake.host, what: what)
        }
        #expect(failure?.result == row.result.map { mr_result($0) })
        let said = fake.emitted.filter { $0.kind == "sent" }.map {
            "\($0.fields.text("path") ?? "-") \($0.fields.text("ref") ?? "-")"
        }
        #expect(said == row.emitted)
        #expect(script.isDone, "\(script.surprises), said \(script.lines)")
    }
}

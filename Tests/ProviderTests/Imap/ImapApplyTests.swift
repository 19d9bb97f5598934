import Base
import CMailroom
import PluginKit
import Testing

@testable import ImapProvider

/// Wishes, carried out on servers that follow a script.
struct ImapApplyTests {
    struct Row: Sendable, CustomStringConvertible {
        var description: String
        var capabilities = ""
        var change: [String: String]
        var target: [String: String]?
        var steps: [(String, String)]
        /// What is emitted: `kind ref flags`.
        var emitted: [String] = []
        /// Nil: it works.
        var result: Int?
        var code: String?
    }

    static func selected(_ flags: String = "(\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)") -> (String, String) {
        (
            "SELECT \"INBOX\"",
            "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [PERMANENTFLAGS \(flags)] x\r\n% OK [READ-WRITE] in\r\n"
        )
    }

    static let all = "UIDPLUS MOVE"
    static let here = ("UID FETCH 4 (UID FLAGS)", "* 2 FETCH (UID 4 FLAGS (\\Seen))\r\n% OK\r\n")
    static let missing = ("UID FETCH 4 (UID FLAGS)", "% OK\r\n")
    static let cursor = "imap1 7 9 1 3 0 0"
    static let marked = (
        "UID STORE 4 +FLAGS (\\Deleted)", "* 2 FETCH (UID 4 FLAGS (\\Deleted))\r\n% OK\r\n"
    )
    static let move = ["kind": "move", "ref": "4"]
    static let archive = ["path": "Archive", "native": "Archive"]

    static let flagRows: [Row] = [
        Row(
            description: "flags on and off, the server's answer is told",
            change: ["kind": "flags", "ref": "4", "add": "\\Seen $Label1", "remove": "\\Flagged old"],
            steps: [
                selected(),
                (
                    "UID STORE 4 +FLAGS (\\Seen $Label1)",
                    "* 2 FETCH (UID 4 FLAGS (\\Seen \\Flagged $Label1 old))\r\n% OK\r\n"
                ),
                (
                    "UID STORE 4 -FLAGS (\\Flagged old)",
                    "* 1 FETCH (UID 3 FLAGS ())\r\n* 2 FETCH (UID 4 FLAGS (\\Seen \\Recent $Label1))\r\n% OK\r\n"
                ),
            ],
            emitted: ["flags 4 \\Seen $Label1"]),
        Row(
            description: "a server that tells nothing is asked",
            change: ["kind": "flags", "ref": "4", "add": "\\Seen"],
            steps: [selected(), ("UID STORE 4 +FLAGS (\\Seen)", "% OK\r\n"), here], emitted: ["flags 4 \\Seen"]),
        Row(
            description: "a message that is gone", change: ["kind": "flags", "ref": "4", "add": "\\Seen"],
            steps: [selected(), ("UID STORE", "% OK\r\n"), missing], emitted: ["gone 4"]),
        Row(
            description: "a message that is gone, said so", change: ["kind": "flags", "ref": "4", "add": "\\Seen"],
            steps: [selected(), ("UID STORE", "% NO Some of the requested messages no longer exist\r\n"), missing],
            emitted: ["gone 4"]),
        Row(
            description: "a keyword that is not kept: nothing is changed",
            change: ["kind": "flags", "ref": "4", "add": "\\Seen $Label1"],
            steps: [selected("(\\Seen \\Deleted)")], result: MR_E_REFUSED),
        Row(
            description: "a keyword that is not kept need not be taken away",
            change: ["kind": "flags", "ref": "4", "add": "\\Seen", "remove": "$Label1"],
            steps: [
                selected("(\\Seen \\Deleted)"), ("UID STORE 4 +FLAGS", "* 2 FETCH (UID 4 FLAGS (\\Seen))\r\n% OK\r\n"),
            ],
            emitted: ["flags 4 \\Seen"]),
        Row(
            description: "a keyword that was dropped without a word",
            change: ["kind": "flags", "ref": "4", "add": "$Label1"],
            steps: [selected(), ("UID STORE", "* 2 FETCH (UID 4 FLAGS ())\r\n% OK\r\n")], result: MR_E_REFUSED),
        Row(
            description: "too many keywords", change: ["kind": "flags", "ref": "4", "add": "$Label1"],
            steps: [selected(), ("UID STORE", "% NO [LIMIT] Too many keywords\r\n")], result: MR_E_REFUSED,
            code: "LIMIT"),
        Row(
            description: "\\Deleted is a wish of its own", change: ["kind": "flags", "ref": "4", "add": "\\deleted"],
            steps: [selected()], result: MR_E_REFUSED),
        Row(
            description: "\\Deleted may be taken away", change: ["kind": "flags", "ref": "4", "remove": "\\Deleted"],
            steps: [selected(), ("UID STORE 4 -FLAGS (\\Deleted)", "* 2 FETCH (UID 4 FLAGS ())\r\n% OK\r\n")],
            emitted: ["flags 4"]),
        Row(
            description: "a flag that would end the command",
            change: ["kind": "flags", "ref": "4", "add": "a)\r\nm9"], steps: [selected()], result: MR_E_INVALID),
        Row(
            description: "a folder for reading only", change: ["kind": "flags", "ref": "4", "add": "\\Seen"],
            steps: [("SELECT", "% OK [READ-ONLY] in\r\n")], result: MR_E_REFUSED, code: "READ-ONLY"),
        Row(
            description: "no right to it", change: ["kind": "flags", "ref": "4", "add": "\\Seen"],
            steps: [selected(), ("UID STORE", "% NO [NOPERM] no\r\n")], result: MR_E_REFUSED, code: "NOPERM"),
        Row(
            description: "a folder that is gone", change: ["kind": "flags", "ref": "4", "add": "\\Seen"],
            steps: [("SELECT", "% NO [NONEXISTENT] no\r\n")], result: MR_E_REFUSED, code: "NONEXISTENT"),
        Row(
            description: "a server that is slowed down", change: ["kind": "flags", "ref": "4", "add": "\\Seen"],
            steps: [
                selected(), ("UID STORE", "% BAD Request is throttled. Suggested Backoff Time: 9 milliseconds\r\n"),
            ],
            result: MR_E_THROTTLED),
        Row(
            description: "numbers of another time: nothing is done",
            change: ["kind": "delete", "ref": "4", "cursor": "imap1 6 9 1 3 0 0"], steps: [selected()],
            result: MR_E_STALE),
        Row(
            description: "numbers of the same time",
            change: ["kind": "flags", "ref": "4", "add": "\\Seen", "cursor": cursor, "message_id": "a@x"],
            steps: [selected(), ("UID STORE", "* 2 FETCH (UID 4 FLAGS (\\Seen))\r\n% OK\r\n")],
            emitted: ["flags 4 \\Seen"]),
        Row(
            description: "another message under the number: nothing is done",
            change: ["kind": "delete", "ref": "4", "message_id": "a@x"],
            steps: [
                selected(),
                (
                    "UID FETCH 4 (UID FLAGS ENVELOPE)",
                    "* 2 FETCH (UID 4 FLAGS () ENVELOPE \(envelope("b@x")))\r\n% OK\r\n"
                ),
            ],
            result: MR_E_STALE),
        Row(description: "no reference", change: ["kind": "flags", "ref": "x"], steps: [], result: MR_E_INVALID),
        Row(description: "no kind", change: ["ref": "4"], steps: [selected()], result: MR_E_INVALID),
    ]

    static func envelope(_ id: String) -> String { "(NIL \"s\" NIL NIL NIL NIL NIL NIL NIL \"<\(id)>\")" }

    static let moveRows: [Row] = [
        Row(
            description: "MOVE", capabilities: all, change: move, target: archive,
            steps: [
                selected(), ("UID MOVE 4 \"Archive\"", "* OK [COPYUID 9 4 12] moved\r\n* 2 EXPUNGE\r\n% OK done\r\n"),
            ],
            emitted: ["gone 4", "placed 12"]),
        Row(
            description: "MOVE, told at the end", capabilities: all, change: move, target: archive,
            steps: [selected(), ("UID MOVE", "* VANISHED 4\r\n% OK [COPYUID 9 4 12] done\r\n")],
            emitted: ["gone 4", "placed 12"]),
        Row(
            description: "MOVE of nothing", capabilities: all, change: move, target: archive,
            steps: [selected(), ("UID MOVE", "% OK done\r\n"), missing], emitted: ["gone 4"]),
        Row(
            description: "MOVE that leaves it where it is", capabilities: all, change: move, target: archive,
            steps: [selected(), ("UID MOVE", "% OK done\r\n"), here], result: MR_E_REFUSED),
        Row(
            description: "a target that somebody removed is not made again", capabilities: all, change: move,
            target: archive, steps: [selected(), ("UID MOVE", "% NO [TRYCREATE] no\r\n")], result: MR_E_REFUSED,
            code: "TRYCREATE"),
        Row(
            description: "a special folder is made", capabilities: all, change: move,
            target: ["path": "Trash", "native": "Trash", "role": "trash"],
            steps: [
                selected(), ("UID MOVE", "% NO [TRYCREATE] no\r\n"), ("CREATE \"Trash\"", "% OK\r\n"),
                ("SUBSCRIBE \"Trash\"", "% NO no\r\n"),
                ("UID MOVE", "* OK [COPYUID 9 4 1] x\r\n* 2 EXPUNGE\r\n% OK done\r\n"),
            ],
            emitted: ["gone 4", "placed 1"]),
        Row(
            description: "full", capabilities: all, change: move, target: archive,
            steps: [selected(), ("UID MOVE", "% NO [OVERQUOTA] full\r\n")], result: MR_E_REFUSED, code: "OVERQUOTA"),
        Row(
            description: "offered and not understood", capabilities: all, change: move, target: archive,
            steps: [
                selected(), ("UID MOVE", "% BAD what\r\n"),
                ("UID FETCH 4 (UID FLAGS RFC822.SIZE)", "* 2 FETCH (UID 4 FLAGS () RFC822.SIZE 90)\r\n% OK\r\n"),
                ("UID COPY 4 \"Archive\"", "% OK [COPYUID 9 4 12] done\r\n"), marked,
                ("UID EXPUNGE 4", "* 2 EXPUNGE\r\n% OK\r\n"),
            ],
            emitted: ["gone 4", "placed 12"]),
        Row(
            description: "into its own folder", capabilities: all, change: move,
            target: ["path": "INBOX", "native": "INBOX"], steps: [selected()], result: MR_E_INVALID),
        Row(description: "nowhere", capabilities: all, change: move, steps: [selected()], result: MR_E_INVALID),
        Row(
            description: "moved by an earlier try: the target says where it is", capabilities: all,
            change: ["kind": "move", "ref": "4", "message_id": "a@x", "cursor": cursor], target: archive,
            steps: [
                selected(), ("UID MOVE", "% OK done\r\n"), missing,
                ("EXAMINE \"Archive\"", "* 9 EXISTS\r\n% OK\r\n"),
                ("UID SEARCH HEADER MESSAGE-ID \"<a@x>\"", "* SEARCH 12 15\r\n% OK\r\n"),
                (
                    "UID FETCH 12,15 (UID RFC822.SIZE ENVELOPE)",
                    "* 8 FETCH (UID 12 RFC822.SIZE 90 ENVELOPE \(envelope("a@x")))\r\n"
                        + "* 9 FETCH (UID 15 RFC822.SIZE 90 ENVELOPE \(envelope("aa@x")))\r\n% OK\r\n"
                ),
            ],
            emitted: ["gone 4", "placed 12"]),
    ]

    static let size = ("UID FETCH 4 (UID FLAGS RFC822.SIZE)", "* 2 FETCH (UID 4 FLAGS () RFC822.SIZE 90)\r\n% OK\r\n")
    static let found = ["kind": "move", "ref": "4", "message_id": "a@x", "cursor": cursor]
    static let opened = ("EXAMINE \"Archive\"", "* 0 EXISTS\r\n% OK\r\n")

    static let copyRows: [Row] = [
        Row(
            description: "copy", capabilities: all, change: ["kind": "copy", "ref": "4"], target: archive,
            steps: [selected(), size, ("UID COPY 4 \"Archive\"", "% OK [COPYUID 9 4 12] done\r\n")],
            emitted: ["placed 12"]),
        Row(
            description: "copy: not there before", capabilities: all,
            change: ["kind": "copy", "ref": "4", "message_id": "a@x", "cursor": cursor], target: archive,
            steps: [
                selected(), size, opened, ("UID SEARCH", "* SEARCH\r\n% OK\r\n"), selected(),
                ("UID COPY", "% OK [COPYUID 9 4 12] done\r\n"),
            ],
            emitted: ["placed 12"]),
        Row(
            description: "copy: there from an earlier try", capabilities: all,
            change: ["kind": "copy", "ref": "4", "message_id": "<a@x>", "cursor": cursor], target: archive,
            steps: [
                selected(), size, ("EXAMINE", "* 2 EXISTS\r\n% OK\r\n"), ("UID SEARCH", "* SEARCH 12\r\n% OK\r\n"),
                ("UID FETCH 12", "* 1 FETCH (UID 12 RFC822.SIZE 90 ENVELOPE \(envelope("a@x")))\r\n% OK\r\n"),
            ],
            emitted: ["placed 12"]),
        Row(
            description: "copy: another version with the same Message-ID", capabilities: all,
            change: ["kind": "copy", "ref": "4", "message_id": "a@x", "cursor": cursor], target: archive,
            steps: [
                selected(), size, ("EXAMINE", "* 2 EXISTS\r\n% OK\r\n"), ("UID SEARCH", "* SEARCH 12\r\n% OK\r\n"),
                ("UID FETCH 12", "* 1 FETCH (UID 12 RFC822.SIZE 91 ENVELOPE \(envelope("a@x")))\r\n% OK\r\n"),
                selected(), ("UID COPY", "% OK [COPYUID 9 4 13] done\r\n"),
            ],
            emitted: ["placed 13"]),
        Row(
            description: "copy of nothing", change: ["kind": "copy", "ref": "4"], target: archive,
            steps: [selected(), ("UID FETCH 4", "% OK\r\n")], emitted: ["gone 4"]),
        Row(
            description: "a move without MOVE", capabilities: "UIDPLUS", change: found, target: archive,
            steps: [
                selected(), size, opened, ("UID SEARCH", "* SEARCH\r\n% OK\r\n"), selected(),
                ("UID COPY", "% OK [COPYUID 9 4 12] done\r\n"), marked, ("UID EXPUNGE 4", "* 2 EXPUNGE\r\n% OK\r\n"),
            ],
            emitted: ["gone 4", "placed 12"]),
        Row(
            description: "a move without MOVE, cut off behind the copy", capabilities: "UIDPLUS", change: found,
            target: archive,
            steps: [
                selected(), size, ("EXAMINE", "* 2 EXISTS\r\n% OK\r\n"), ("UID SEARCH", "* SEARCH 12\r\n% OK\r\n"),
                ("UID FETCH 12", "* 1 FETCH (UID 12 RFC822.SIZE 90 ENVELOPE \(envelope("a@x")))\r\n% OK\r\n"),
                selected(), marked, ("UID EXPUNGE 4", "* 2 EXPUNGE\r\n% OK\r\n"),
            ],
            emitted: ["gone 4", "placed 12"]),
        Row(
            description: "nothing is copied where nothing can be deleted", capabilities: "UIDPLUS", change: found,
            target: archive, steps: [selected("(\\Seen)")], result: MR_E_REFUSED),
        Row(
            description: "a move without MOVE and UIDPLUS: what others marked stays", change: found, target: archive,
            steps: [
                selected(), size, opened, ("UID SEARCH HEADER", "* SEARCH\r\n% OK\r\n"), selected(),
                ("UID COPY", "% OK done\r\n"), marked, ("UID SEARCH DELETED", "* SEARCH 2 4 9\r\n% OK\r\n"),
                ("UID STORE 2,9 -FLAGS (\\Deleted)", "% OK\r\n"), ("EXPUNGE", "* 2 EXPUNGE\r\n% OK\r\n"),
                ("UID STORE 2,9 +FLAGS (\\Deleted)", "% OK\r\n"), ("EXAMINE \"Archive\"", "* 1 EXISTS\r\n% OK\r\n"),
                ("UID SEARCH HEADER", "* SEARCH\r\n% OK\r\n"),
                (
                    "FETCH 1 (UID RFC822.SIZE ENVELOPE)",
                    "* 1 FETCH (UID 30 RFC822.SIZE 90 ENVELOPE \(envelope("a@x")))\r\n% OK\r\n"
                ),
            ],
            emitted: ["gone 4", "placed 30"]),
        Row(
            description: "two with this Message-ID: nobody knows which",
            change: ["kind": "copy", "ref": "4", "message_id": "a@x", "cursor": cursor],
            target: archive,
            steps: [
                selected(), size, opened, ("UID SEARCH", "% NO no\r\n"), selected(), ("UID COPY", "% OK done\r\n"),
                ("EXAMINE", "* 2 EXISTS\r\n% OK\r\n"), ("UID SEARCH", "* SEARCH 30 31\r\n% OK\r\n"),
                (
                    "UID FETCH 30:31",
                    "* 1 FETCH (UID 30 RFC822.SIZE 90 ENVELOPE \(envelope("a@x")))\r\n"
                        + "* 2 FETCH (UID 31 RFC822.SIZE 90 ENVELOPE \(envelope("a@x")))\r\n% OK\r\n"
                ),
            ]),
    ]

    static let deleteRows: [Row] = [
        Row(
            description: "delete", capabilities: "UIDPLUS", change: ["kind": "delete", "ref": "4"],
            steps: [selected(), here, marked, ("UID EXPUNGE 4", "* 2 EXPUNGE\r\n% OK\r\n")], emitted: ["gone 4"]),
        Row(
            description: "delete of nothing", capabilities: "UIDPLUS", change: ["kind": "delete", "ref": "4"],
            steps: [selected(), missing], emitted: ["gone 4"]),
        Row(
            description: "a server that keeps it", capabilities: "UIDPLUS", change: ["kind": "delete", "ref": "4"],
            steps: [selected(), here, marked, ("UID EXPUNGE 4", "% OK\r\n"), here], result: MR_E_REFUSED),
        Row(
            description: "no right to expunge: the mark is taken back", capabilities: "UIDPLUS",
            change: ["kind": "delete", "ref": "4"],
            steps: [
                selected(), here, marked, ("UID EXPUNGE 4", "% NO [NOPERM] no\r\n"),
                ("UID STORE 4 -FLAGS (\\Deleted)", "% OK\r\n"),
            ],
            result: MR_E_REFUSED, code: "NOPERM"),
        Row(
            description: "delete without UIDPLUS, nobody else's mark", change: ["kind": "delete", "ref": "4"],
            steps: [
                selected(), here, marked, ("UID SEARCH DELETED", "* SEARCH 4\r\n% OK\r\n"),
                ("EXPUNGE", "* 2 EXPUNGE\r\n% OK\r\n"),
            ],
            emitted: ["gone 4"]),
        Row(
            description: "delete without UIDPLUS, refused: every mark is as it was",
            change: ["kind": "delete", "ref": "4"],
            steps: [
                selected(), here, marked, ("UID SEARCH DELETED", "* SEARCH 2 4\r\n% OK\r\n"),
                ("UID STORE 2 -FLAGS (\\Deleted)", "% OK\r\n"), ("EXPUNGE", "% NO [NOPERM] no\r\n"),
                ("UID STORE 2 +FLAGS (\\Deleted)", "% OK\r\n"), ("UID STORE 4 -FLAGS (\\Deleted)", "% OK\r\n"),
            ],
            result: MR_E_REFUSED, code: "NOPERM"),
        Row(
            description: "delete without UIDPLUS: marks told in two lines", change: ["kind": "delete", "ref": "4"],
            steps: [
                selected(), here, marked, ("UID SEARCH DELETED", "* SEARCH 2 4\r\n* SEARCH 9\r\n% OK\r\n"),
                ("UID STORE 2,9 -FLAGS (\\Deleted)", "% OK\r\n"), ("EXPUNGE", "* 2 EXPUNGE\r\n% OK\r\n"),
                ("UID STORE 2,9 +FLAGS (\\Deleted)", "% OK\r\n"),
            ],
            emitted: ["gone 4"]),
        Row(
            description: "delete without UIDPLUS: nothing is expunged where it is not told what is marked",
            change: ["kind": "delete", "ref": "4"],
            steps: [
                selected(), here, marked, ("UID SEARCH DELETED", "% OK\r\n"),
                ("UID STORE 4 -FLAGS (\\Deleted)", "% OK\r\n"),
            ],
            result: MR_E_REFUSED),
        Row(
            description: "delete without UIDPLUS: a search that is refused leaves no mark behind",
            change: ["kind": "delete", "ref": "4"],
            steps: [
                selected(), here, marked, ("UID SEARCH DELETED", "% NO no\r\n"),
                ("UID STORE 4 -FLAGS (\\Deleted)", "% OK\r\n"),
            ],
            result: MR_E_REFUSED),
    ]

    static func record(_ fields: [String: String]) -> Record {
        var record = Record()
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            record[name] = name == "native" || name == "cursor" ? .bytes(Array(value.utf8)) : .text(value)
        }
        return record
    }

    @Test(arguments: flagRows + moveRows + copyRows + deleteRows + gmailRows)
    func wish(_ row: Row) throws {
        let script = ImapScript("* PREAUTH [CAPABILITY IMAP4rev1 \(row.capabilities)] hi\r\n", row.steps)
        let fake = ImapFakeHost(script)
        let session = try ImapProvider.open(fake.host)
        defer { session.close(fake.host) }
        var change = Self.record(["path": "INBOX", "native": "INBOX"].merging(row.change) { $1 })
        if let target = row.target { _ = change.add("target", .record(Self.record(target))) }
        let fields = Fields(fake.host, fake.make(change))
        if let result = row.result {
            let failure = #expect(throws: Failure.self) { try session.apply(fake.host, change: fields) }
            #expect(failure?.result == mr_result(result))
            #expect(failure?.code == row.code)
            #expect(failure?.message.isEmpty == false)
        } else {
            try session.apply(fake.host, change: fields)
        }
        #expect(Self.said(fake) == row.emitted)
        #expect(script.isDone, "\(script.surprises), said \(script.lines)")
    }

    static func said(_ fake: ImapFakeHost) -> [String] {
        fake.emitted.map { kind, record in
            [kind, record.text("ref"), record.text("flags"), record.text("path")].compactMap { $0 }
                .filter { !$0.isEmpty }.joined(separator: " ")
        }
    }
}

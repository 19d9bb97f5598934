import Base
import CMailroom
import PluginKit
import Testing
import Wire

@testable import ImapProvider

/// What is asked of the server when folders are listed, and what becomes of bad answers.
struct ImapListingTests {
    static func status(_ record: Record) -> String {
        let status = record["status"]?.bytes.map { String(decoding: $0, as: UTF8.self) }
        let ms = record.int("status_ms").map { " for \($0)" } ?? ""
        return "\(record.text("path") ?? "?"): \(status ?? "-")\(ms)"
    }

    @Test func oneRoundTrip() throws {
        let answer =
            "* LIST () \"/\" INBOX\r\n"
            + "* STATUS INBOX (MESSAGES 3 UIDNEXT 9 UIDVALIDITY 7 HIGHESTMODSEQ 99 MAILBOXID (F1))\r\n"
            + "* LIST (\\Sent) \"/\" Sent\r\n* STATUS Sent (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 8 HIGHESTMODSEQ 0)\r\n"
            + "* LIST (\\Noselect) \"/\" Dir\r\n"
            + "* LIST () \"/\" Odd\r\n* STATUS Odd (MESSAGES 4 UIDNEXT 0 UIDVALIDITY 8)\r\n"
            + "* LIST () \"/\" Bad\r\n* STATUS Bad (MESSAGES\r\n% OK\r\n"
        let (fake, script) = try ImapFolderTests.folders(
            "IMAP4rev2 CONDSTORE OBJECTID",
            [
                ("NAMESPACE", "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n% OK\r\n"),
                (
                    "LIST \"\" \"*\" RETURN (SPECIAL-USE STATUS (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ MAILBOXID))",
                    answer
                ),
            ])
        #expect(script.isDone, "\(script.surprises)")
        #expect(
            fake.emitted.map { Self.status($0.fields) } == [
                "INBOX: imap 7 9 3 99", "Sent: imap 8 1 0 for 1800000", "Dir: -", "Odd: -", "Bad: -",
            ])
        #expect(fake.emitted[0].fields.text("stable") == "F1")
        #expect(fake.emitted[0].fields.int("messages") == 3)
        #expect(fake.emitted.allSatisfy { $0.fields.text("namespace") == "personal" })
    }

    /// Without LIST-STATUS: many at a time, and only the user's own; without CONDSTORE flags move UNSEEN at most.
    @Test func statusOfEach() throws {
        let items = "(MESSAGES UIDNEXT UIDVALIDITY UNSEEN)"
        let (fake, script) = try ImapFolderTests.folders(
            "NAMESPACE ACL",
            [
                ("NAMESPACE", "* NAMESPACE ((\"\" \"/\")) ((\"user/\" \"/\")) ((\"Shared/\" \"/\"))\r\n% OK\r\n"),
                (
                    "LIST \"\" \"*\"",
                    "* LIST () \"/\" INBOX\r\n* LIST () \"/\" A\r\n* LIST (\\Noselect) \"/\" user\r\n* LIST () \"/\" user/bob\r\n* LIST (\\Sent) \"/\" user/eve\r\n% OK\r\n"
                ),
                ("LIST \"\" \"Shared/*\"", "* LIST () \"/\" Shared/team\r\n% OK\r\n"),
                (
                    "STATUS \"INBOX\" \(items)",
                    "* STATUS inbox (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 3 UNSEEN 1)\r\n% OK\r\n"
                ),
                ("STATUS \"A\" \(items)", "% NO it is locked\r\n"),
                ("MYRIGHTS \"user/bob\"", "* MYRIGHTS user/bob lrs\r\n% OK\r\n"),
                ("MYRIGHTS \"user/eve\"", "* MYRIGHTS user/eve l\r\n% OK\r\n"),
                ("MYRIGHTS \"Shared/team\"", "* MYRIGHTS \"Shared/team\" lrswipkxtecda\r\n% OK\r\n"),
            ])
        #expect(script.isDone, "\(script.surprises)")
        let rows = fake.emitted.map { (_, record) in
            "\(record.text("path") ?? "?") \(record.text("namespace") ?? "-") \(record.text("rights") ?? "-") \(record.int("selectable") ?? -1) \(record.text("role") ?? "-")"
        }
        #expect(
            rows == [
                "INBOX personal - 1 inbox", "A personal - 1 -", "user other - 0 -", "user/bob other lrs 1 -",
                "user/eve other l 0 -", "Shared/team shared lrswipkxtecda 1 -",
            ])
        #expect(Self.status(fake.emitted[0].fields) == "INBOX: imap 3 2 1 u1 for 1800000")
        #expect(fake.states["imap.namespaces"] == Array("Shared/".utf8))
    }

    /// A namespace that had to be named is named at once the next time; what is listed twice is one folder.
    @Test(arguments: ["% OK\r\n", "% NO no\r\n", "* LIST () \".\" #s.x\r\n* LIST () \".\" INBOX\r\n% OK\r\n"])
    func namedAtOnce(_ answer: String) throws {
        var steps = [
            ("NAMESPACE", "* NAMESPACE NIL NIL ((\"#s.\" \".\"))\r\n% OK\r\n"),
            ("LIST \"\" \"*\"", "* LIST () \".\" INBOX\r\n% OK\r\n"), ("LIST \"\" \"#s.*\"", answer),
        ]
        steps += ImapFolderTests.noStatus(1)
        let script = ImapScript("* PREAUTH [CAPABILITY IMAP4rev1 NAMESPACE] hi\r\n", steps)
        let fake = ImapFakeHost(script)
        fake.states["imap.namespaces"] = Array("#s.".utf8)
        let session = try ImapProvider.open(fake.host)
        defer { session.close(fake.host) }
        try session.folders(fake.host)
        #expect(script.isDone, "\(script.surprises)")
        #expect(
            fake.emitted.map { "\($0.fields.text("path") ?? "") \($0.fields.text("namespace") ?? "")" }
                == (answer.utf8.count > 20 ? ["INBOX personal", "#s.x shared"] : ["INBOX personal"]))
    }

    /// Exchange does not know NAMESPACE, says so, and lists all the same.
    @Test func refusedExtras() throws {
        let (fake, script) = try ImapFolderTests.folders(
            "NAMESPACE LIST-STATUS LIST-EXTENDED",
            [
                ("NAMESPACE", "% BAD Command Error. 12\r\n"), ("LIST \"\" \"*\" RETURN (STATUS", "% BAD what\r\n"),
                ("LIST \"\" \"*\"", "* LIST () \"/\" INBOX\r\n% OK\r\n"),
                ("STATUS \"INBOX\"", "* STATUS INBOX (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 3)\r\n% OK\r\n"),
            ])
        #expect(script.isDone, "\(script.surprises)")
        #expect(fake.emitted.map { Self.status($0.fields) } == ["INBOX: imap 3 2 1 for 1800000"])
    }

    /// A row that cannot be read is a folder that would be gone: all is asked again, and then nothing is believed.
    @Test(arguments: [true, false])
    func damagedRow(_ heals: Bool) throws {
        let bad = "* LIST () \"/\" INBOX\r\n* LIST (\\Marked\r\n% OK\r\n"
        let good = "* LIST () \"/\" INBOX\r\n* LIST () \"/\" B\r\n% OK\r\n"
        let steps = [("LIST", bad), ("LIST", heals ? good : bad)] + (heals ? ImapFolderTests.noStatus(2) : [])
        if heals {
            let (fake, _) = try ImapFolderTests.folders("", steps)
            #expect(fake.emitted.compactMap { $0.fields.text("path") } == ["INBOX", "B"])
        } else {
            let failure = #expect(throws: Failure.self) { try ImapFolderTests.folders("", steps) }
            #expect(failure?.result == mr_result(MR_E_PROTOCOL))
        }
    }

    /// No folder at all: believed only of an account that had none but INBOX.
    @Test(
        arguments: [
            ("1", "* 0 EXISTS\r\n% OK\r\n", nil), ("", "* 0 EXISTS\r\n% OK\r\n", nil), ("9", nil, MR_E_PROTOCOL),
            ("1", "% NO [NONEXISTENT] no INBOX\r\n", MR_E_PROTOCOL), ("1", "% NO [UNAVAILABLE] later\r\n", MR_E_OUTAGE),
        ] as [(String, String?, Int?)])
    func emptyList(_ before: String, _ inbox: String?, _ result: Int?) throws {
        var steps = [("LIST", "% OK\r\n"), ("STATUS", "% NO\r\n"), ("LIST", "% OK\r\n"), ("STATUS", "% NO\r\n")]
        if let inbox { steps.append(("EXAMINE \"INBOX\"", inbox)) }
        let script = ImapScript("* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n", steps)
        let fake = ImapFakeHost(script)
        if !before.isEmpty { fake.states["imap.folders"] = Array(before.utf8) }
        let session = try ImapProvider.open(fake.host)
        defer { session.close(fake.host) }
        if let result {
            let failure = #expect(throws: Failure.self) { try session.folders(fake.host) }
            #expect(failure?.result == mr_result(result))
            #expect(fake.emitted.isEmpty)
        } else {
            try session.folders(fake.host)
            #expect(fake.emitted.compactMap { $0.fields.text("path") } == ["INBOX"])
            #expect(fake.states["imap.folders"] == Array("1".utf8))
        }
        #expect(script.isDone, "\(script.surprises)")
    }

    /// Compressed from the first reading on, once, unless it is refused or off. What comes in the clear behind the consent ends it.
    @Test(
        arguments: [
            ("% OK go\r\n", "", nil), ("% NO [COMPRESSIONACTIVE] no\r\n", "", nil), (nil, "compress=deflate", nil),
            ("% OK go\r\n* 1 EXISTS\r\n", "", MR_E_PROTOCOL),
        ] as [(String?, String, Int?)])
    func compressed(_ answer: String?, _ off: String, _ result: Int?) throws {
        let listing = [("LIST", "* LIST () \"/\" INBOX\r\n% OK\r\n")] + ImapFolderTests.noStatus(1)
        let steps = (answer.map { [("COMPRESS DEFLATE", $0)] } ?? []) + (result == nil ? listing + listing : [])
        let script = ImapScript("* PREAUTH [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] hi\r\n", steps)
        let fake = ImapFakeHost(script)
        fake.settings["imap_off"] = off
        let session = try ImapProvider.open(fake.host)
        defer { session.close(fake.host) }
        #expect(script.lines.isEmpty)
        if let result {
            let failure = #expect(throws: Failure.self) { try session.folders(fake.host) }
            #expect(failure?.result == mr_result(result) && failure?.step == "compress")
        } else {
            for _ in 1...2 { try session.folders(fake.host) }
            #expect(fake.isDeflated == (answer?.hasPrefix("% OK") == true))
        }
        #expect(script.isDone, "\(script.surprises)")
    }

    /// Throttled is not a folder's own: it ends the call, and what is in flight is waited for.
    @Test func throttled() throws {
        let (steps, answer) = (
            [("LIST", "* LIST () \"/\" A\r\n* LIST () \"/\" B\r\n% OK\r\n")],
            "% BAD Request is throttled. Suggested Backoff Time: 20 milliseconds\r\n"
        )
        let script = ImapScript(
            "* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n", steps + Array(repeating: ("STATUS", answer), count: 3))
        let fake = ImapFakeHost(script)
        let session = try ImapProvider.open(fake.host)
        let failure = #expect(throws: Failure.self) { try session.folders(fake.host) }
        #expect(failure?.result == mr_result(MR_E_THROTTLED) && failure?.retryAfterMs == 20)
        #expect(script.isDone)
        // Nothing is left behind: the session can go on.
        let again = #expect(throws: Failure.self) { try session.sync(fake.host, folder: fake.folder(), cursor: []) }
        #expect(again?.result == mr_result(MR_E_CONNECTION))
        #expect(script.lines.last == "TLS EXAMINE \"INBOX\"")
        session.close(fake.host)
    }

    @Test(arguments: [
        ("ＳＥＮＴ", "sent"), ("ｺﾞﾐ箱", "ゴミ箱"), ("下書き　", "下書き "), ("Papier\u{ad}korb", "papierkorb"), ("ｶﾊﾟﾊﾞﾀﾞﾂﾞ", "カパバダヅ"),
        ("Entwu\u{308}rfe", "entwürfe"), ("o\u{fb03}ce", "o\u{fb03}ce"), ("\u{fb01}le", "file"), ("ﾞa", "゛a"),
    ])
    func foldedNames(_ name: String, _ expected: String) {
        #expect(FolderNames.folded(name) == expected)
    }
}

import Base
import CMailroom
import PluginKit
import Testing
import Wire

@testable import ImapProvider

struct ImapFolderTests {
    static func folders(_ capabilities: String, _ steps: [(String, String)]) throws -> (ImapFakeHost, ImapScript) {
        let script = ImapScript("* PREAUTH [CAPABILITY IMAP4rev1 \(capabilities)] hi\r\n", steps)
        let fake = ImapFakeHost(script)
        let session = try ImapProvider.open(fake.host)
        defer { session.close(fake.host) }
        try session.folders(fake.host)
        return (fake, script)
    }

    /// So many folders of which the server does not tell the status.
    static func noStatus(_ count: Int) -> [(String, String)] {
        Array(repeating: ("STATUS", "% NO not today\r\n"), count: count)
    }

    static func text(_ record: Record) -> String {
        "\(record.text("path") ?? "?")|\(record.text("delimiter") ?? "-")|\(record.text("role") ?? "-")|\(record.int("selectable") ?? -1)"
    }

    /// Names that look alike are names of two folders all the same; a folder that is listed twice is one.
    @Test func namesThatLookAlike() {
        let names: [[UInt8]] = [
            Array("&AOk-".utf8), Array("e&AwE-".utf8), [0x61, 0xfe], [0x61, 0xff], Array("Inbox".utf8),
            Array("INBOX".utf8), [0x61, 0xff],
        ]
        let folders = FolderList.folders(names.map { Imap.ListEntry(attributes: [], delimiter: "/", name: $0) })
        #expect(folders.map { $0.bytes("native") } == names.prefix(5).map { $0 })
        #expect(Set(folders.map { Array(($0.text("path") ?? "").utf8) }).count == 5)
    }

    @Test func specialUse() throws {
        let answer =
            "* LIST (\\HasNoChildren) \"/\" inbox\r\n* LIST (\\HasChildren \\Noselect) \"/\" \"[Gmail]\"\r\n"
            + "* LIST (\\All) \"/\" \"[Gmail]/Alle Nachrichten\"\r\n* LIST (\\Sent) \"/\" \"[Gmail]/Gesendet\"\r\n"
            + "* LIST () \"/\" \"Sent\"\r\n* LIST (\\NonExistent) \"/\" Old\r\n* LIST () \"/\" \"Entw&APw-rfe\"\r\n"
            + "* LIST () \"/\" \"Projekt/Trash\"\r\n* LIST () NIL Flat\r\n* LIST () \"/\" inbox\r\n% OK done\r\n"
        let (fake, script) = try Self.folders(
            "SPECIAL-USE LIST-EXTENDED",
            [("LIST \"\" \"*\" RETURN (SPECIAL-USE)", answer)] + Self.noStatus(7))
        #expect(script.isDone)
        #expect(fake.emitted.allSatisfy { $0.kind == "folder" })
        #expect(
            fake.emitted.map { Self.text($0.fields) } == [
                "INBOX|/|inbox|1", "[Gmail]|/|-|0", "[Gmail]/Alle Nachrichten|/|all|1", "[Gmail]/Gesendet|/|sent|1",
                "Sent|/|-|1", "Old|/|-|0", "Entwürfe|/|drafts|1", "Projekt/Trash|/|-|1", "Flat|-|-|1",
            ])
        #expect(fake.emitted[0].fields.bytes("native") == Array("inbox".utf8))
        #expect(fake.emitted[6].fields.bytes("native") == Array("Entw&APw-rfe".utf8))
    }

    /// Strato leaves INBOX out; a server may refuse the options that it offers.
    @Test func withoutInbox() throws {
        let (fake, script) = try Self.folders(
            "SPECIAL-USE LIST-EXTENDED",
            [
                ("LIST \"\" \"*\" RETURN", "% BAD what\r\n"),
                ("LIST \"\" \"*\"", "* LIST () \".\" INBOX.Sent\r\n* LIST () \".\" INBOX.Sent.2024\r\n% OK\r\n"),
            ] + Self.noStatus(3))
        #expect(script.isDone)
        #expect(
            fake.emitted.map { Self.text($0.fields) } == [
                "INBOX|-|inbox|1", "INBOX.Sent|.|sent|1", "INBOX.Sent.2024|.|-|1",
            ])
    }

    @Test(
        arguments: [
            ("Gesendete Objekte", "sent"), ("GESENDET", "sent"), ("Éléments envoyés", "sent"),
            ("e\u{301}le\u{301}ments envoye\u{301}s", "sent"),
            ("Elementos enviados", "sent"), ("Корзина", "trash"), ("ゴミ箱", "trash"), ("Papierkorb", "trash"),
            ("Spam", "junk"),
            ("Correo no deseado", "junk"), ("草稿", "drafts"), ("Archiv", "archive"), ("All Mail", "all"), ("Team", nil),
            ("Sent 2024", nil),
        ] as [(String, String?)])
    func roleByName(_ name: String, _ role: String?) {
        let entry = Imap.ListEntry(attributes: [], delimiter: "/", name: Imap.MailboxName.encode(name))
        #expect(FolderList.folders([entry]).first { $0.text("path") == name }?.text("role") == role)
    }

    @Test func refused() {
        let failure = #expect(throws: Failure.self) {
            try Self.folders("", [("LIST", "% NO [SERVERBUG] Internal error\r\n")])
        }
        #expect(failure?.result == mr_result(MR_E_OUTAGE))
        #expect(failure?.step == "list")
    }
}

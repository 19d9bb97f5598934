import Testing

@testable import Wire

struct ImapMailboxNameTests {
    static let table: [(String, String)] = [
        ("INBOX", "INBOX"),
        ("Entwürfe", "Entw&APw-rfe"),
        ("Tom & Jerry", "Tom &- Jerry"),
        ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
        ("Отправленные", "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-"),
        ("&", "&-"),
        ("&&x", "&-&-x"),
        ("😀 mail", "&2D3eAA- mail"),
        ("a\tb", "a&AAk-b"),
        ("", ""),
    ]

    @Test(arguments: table)
    func bothWays(_ name: String, _ wire: String) {
        #expect(String(decoding: Imap.MailboxName.encode(name), as: UTF8.self) == wire)
        #expect(Imap.MailboxName.decode(Array(wire.utf8)) == name)
    }

    /// What is not modified UTF-7 stands for itself: two names on the server never become one here.
    @Test(arguments: [
        "&", "a&b", "&AGE-", "&APw", "&AP*-", "&2D0-", "&A-", "Entw&APx-rfe", "&APw-&APw-", "&AP/8-", "&AAAAAAAA",
    ])
    func damaged(_ wire: String) {
        #expect(Imap.MailboxName.decode(Array(wire.utf8)) == wire)
    }

    @Test func utf8AsItIs() {
        #expect(Imap.MailboxName.decode(Array("Entwürfe & Co".utf8)) == "Entwürfe & Co")
        #expect(Imap.MailboxName.decode([0x61, 0xff]) == "aÿ")
        #expect(Imap.MailboxName.decode([0x61, 0xfe]) == "aþ")
    }

    @Test(arguments: 1...50)
    func anyName(_ number: Int) {
        let seed = seed(0) &+ UInt64(number)
        var chance = ImapChance(state: seed)
        var name = ""
        for _ in 0..<20 {
            if let scalar = UnicodeScalar(UInt32(chance.below(0x2_0000))) { name.unicodeScalars.append(scalar) }
        }
        let wire = Imap.MailboxName.encode(name)
        #expect(wire.allSatisfy { $0 >= 0x20 && $0 < 0x7f }, "seed \(seed)")
        #expect(Array(Imap.MailboxName.decode(wire).unicodeScalars) == Array(name.unicodeScalars), "seed \(seed)")
    }
}

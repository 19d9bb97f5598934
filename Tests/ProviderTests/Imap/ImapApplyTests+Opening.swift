import PluginKit
import Testing

@testable import ImapProvider

extension ImapApplyTests {
    /// A mailbox that is open for changes is not opened again, but where it does not know the message.
    @Test func openedOnce() throws {
        let store = ("UID STORE 4 +FLAGS (\\Seen)", "* 2 FETCH (UID 4 FLAGS (\\Seen))\r\n% OK\r\n")
        let script = ImapScript(
            "* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n",
            [
                Self.selected(), store, store, ("UID STORE 5", "% OK\r\n"), ("UID FETCH 5", "% OK\r\n"),
                Self.selected(),
                ("UID STORE 5", "* 4 FETCH (UID 5 FLAGS (\\Seen))\r\n% OK\r\n"),
            ])
        let fake = ImapFakeHost(script)
        let session = try ImapProvider.open(fake.host)
        for ref in ["4", "4", "5"] {
            let change = Self.record(["path": "INBOX", "kind": "flags", "ref": ref, "add": "\\Seen"])
            try session.apply(fake.host, change: Fields(fake.host, fake.make(change)))
        }
        #expect(Self.said(fake) == ["flags 4 \\Seen", "flags 4 \\Seen", "flags 5 \\Seen"])
        #expect(script.isDone, "\(script.surprises)")
        session.close(fake.host)
        #expect(fake.openStreams == 0)
    }
}

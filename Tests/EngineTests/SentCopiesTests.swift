import Base
import Testing

@testable import Engine
@testable import Store

@Suite struct SentCopiesTests {
    /// Through what it is sent, where it would lie, and whether the service keeps it by itself.
    @Test(arguments: [
        ("smtp.gmail.com", "imap.gmail.com", true), ("smtp.googlemail.com", "imap.gmail.com", true),
        ("smtp-relay.gmail.com", "imap.gmail.com", false), ("smtp.gmail.com", "mail.example.org", false),
        ("mail.example.org", "imap.gmail.com", false), ("smtp.mail.me.com", "p42-imap.mail.me.com", false),
        ("smtp.mail.me.com", "imap.mail.me.com", true), ("smtp.office365.com", "outlook.office365.com", true),
        ("smtp-mail.outlook.com", "imap-mail.outlook.com", true), ("smtp.zoho.eu", "imap.zoho.eu", true),
        ("smtppro.zoho.com", "imappro.zoho.com", true), ("smtp.notzoho.com", "imap.zoho.com", false),
        ("smtp.mail.yahoo.com", "imap.mail.yahoo.com", false), ("smtp.fastmail.com", "imap.fastmail.com", false),
        ("localhost", "localhost", false),
    ])
    func whoIsKnownToKeepThem(_ sender: String, _ holder: String, _ keeps: Bool) {
        #expect(SentHabit.keeps(sender: sender, holder: holder) == keeps)
    }

    @Test(arguments: [
        (SentCopies.Rule.none, nil, SentCopy.none), (.server, nil, .server), (.append, nil, .wanted(afterMs: 0)),
        (.look, nil, .wanted(afterMs: SentCopies.lookAfterMs)), (.append, 0, .none), (.server, 0, .none),
        (.append, 1, .wanted(afterMs: 0)),
    ])
    func whatIsStoredAtFirst(_ rule: SentCopies.Rule, _ asked: Int64?, _ copy: SentCopy) {
        var params = Record()
        params.set("sent_copy", asked)
        let send = SendRow(
            id: 1, account: 1, body: 1, state: "sending", from: "a@x", recipients: ["b@x"], subject: "",
            messageID: "m@x",
            size: 1, utf8: false, params: params, createdAt: 0, attempts: 1, wasAccepted: false, offered: true)
        #expect(SentCopies.begin(rule, send) == copy)
    }
}

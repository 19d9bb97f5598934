import Base
import CMailroom
import Testing

@testable import Wire

struct SmtpCommandTests {
    static let lines: [(SmtpCommand, Sample)] = [
        (.ehlo("[127.0.0.1]"), "EHLO [127.0.0.1]\r\n"),
        (.helo("mail.example.com"), "HELO mail.example.com\r\n"),
        (.startTLS, "STARTTLS\r\n"), (.data, "DATA\r\n"), (.rset, "RSET\r\n"), (.quit, "QUIT\r\n"), (.cancel, "*\r\n"),
        (.authLogin, "AUTH LOGIN\r\n"),
        (
            .authPlain(user: "tim", password: Array("tanstaaftanstaaf".utf8)),
            "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n"
        ),
        (.response([]), "\r\n"), (.response(Array("ann".utf8)), "YW5u\r\n"),
        (.mail(from: "", size: nil, eightBit: false, utf8: false), "MAIL FROM:<>\r\n"),
        (
            .mail(from: "a@b.example", size: 12, eightBit: true, utf8: false),
            "MAIL FROM:<a@b.example> SIZE=12 BODY=8BITMIME\r\n"
        ),
        (
            .mail(from: "\u{f6}@b.example", size: nil, eightBit: true, utf8: true),
            "MAIL FROM:<\u{f6}@b.example> BODY=8BITMIME SMTPUTF8\r\n"
        ),
        (.rcpt(to: "c@d.example", utf8: false), "RCPT TO:<c@d.example>\r\n"),
        (.rcpt(to: "\"a b<\\\">\"@d.example", utf8: false), "RCPT TO:<\"a b<\\\">\"@d.example>\r\n"),
        (.rcpt(to: "x@[192.0.2.1]", utf8: false), "RCPT TO:<x@[192.0.2.1]>\r\n"),
    ]

    @Test(arguments: lines)
    func encodes(_ command: SmtpCommand, _ line: Sample) throws {
        #expect(String(decoding: try command.encoded(), as: UTF8.self) == line.text)
    }

    @Test(arguments: [
        "a@b\r\nRCPT TO:<x@y", "a@b\nDATA", "a@b\r", "a\u{0}@b", "a\u{7f}@b", "a@b> SIZE=1", "a@b <c@d>", "<a@b>",
        "a b@c",
        "a,b@c", "a@b;c", "a@b@c", "@b", "a@", "a", "", "\"a@b", "a\"b\"@c", "a\\@b", "(x)a@b", "\u{f6}@b",
    ])
    func refusesAnAddress(_ sample: Sample) {
        let address = sample.text
        #expect {
            try SmtpCommand.rcpt(to: address, utf8: false).encoded()
        } throws: { error in
            let failure = error as? Failure
            return failure?.result == mr_result(MR_E_INVALID) && failure?.field == "recipients"
        }
        if !address.isEmpty {
            #expect {
                try SmtpCommand.mail(from: address, size: nil, eightBit: false, utf8: false).encoded()
            } throws: { ($0 as? Failure)?.field == "from" }
        }
    }

    @Test func refusesWhatIsTooLong() {
        let address = String(repeating: "a", count: SmtpPath.limit) + "@b.example"
        #expect(throws: Failure.self) { try SmtpCommand.rcpt(to: address, utf8: false).encoded() }
    }

    @Test(arguments: ["", "a b", "a\r\nb", "h\u{f6}st", Sample(String(repeating: "a", count: 256))])
    func refusesAHostName(_ name: Sample) {
        #expect(throws: Failure.self) { try SmtpCommand.ehlo(name.text).encoded() }
        #expect(throws: Failure.self) { try SmtpCommand.helo(name.text).encoded() }
    }

    @Test func aNulIsNeitherUserNorPassword() {
        #expect(throws: Failure.self) { try SmtpCommand.authPlain(user: "a\u{0}b", password: [1]).encoded() }
        #expect(throws: Failure.self) { try SmtpCommand.authPlain(user: "a", password: [1, 0]).encoded() }
    }
}

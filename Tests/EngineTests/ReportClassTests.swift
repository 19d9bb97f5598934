import Base
import CMailroom
import Mime
import Store
import Testing

@testable import Engine

/// The class of what reports say.
@Suite struct ReportClassTests {
    struct Said: Sendable, CustomTestStringConvertible {
        var smtp: Int32?
        var enhanced: String?
        let words: String
        let expected: SendClass
        var cause: String?
        var testDescription: String { "\(smtp.map(String.init) ?? "-") \(enhanced ?? "-") \(words)" }
    }

    static let said: [Said] = [
        Said(smtp: 550, enhanced: "5.1.1", words: "550 5.1.1 <bob@x>: User unknown", expected: .badRecipient),
        Said(
            smtp: 550, enhanced: "5.1.10", words: "550 5.1.10 RESOLVER.ADR.RecipientNotFound", expected: .badRecipient),
        Said(smtp: 550, enhanced: nil, words: "550 sorry, no mailbox here by that name", expected: .badRecipient),
        Said(words: "This user doesn't have a yahoo.example account (bob@yahoo.example)", expected: .badRecipient),
        Said(words: "Host or domain name not found. Name service error for name=x", expected: .badRecipient),
        Said(words: "User bob (bob@x) not listed in Domino Directory", expected: .badRecipient),
        Said(enhanced: "5.4.4", words: "unable to look up the domain", expected: .badRecipient),
        Said(smtp: 552, enhanced: "5.2.2", words: "552 5.2.2 mailbox of bob is over quota", expected: .recipientFull),
        Said(words: "could not be delivered because the user's mailfolder is full", expected: .recipientFull),
        Said(smtp: 552, enhanced: "5.3.4", words: "552 5.3.4 message too big", expected: .tooLarge),
        Said(
            words: "connect to mx.x[192.0.2.1]:25: Connection timed out", expected: .connection,
            cause: "bounce.unreachable"),
        Said(enhanced: "4.4.7", words: "message expired", expected: .connection, cause: "bounce.unreachable"),
        Said(enhanced: "4.4.1", words: "", expected: .connection, cause: "bounce.unreachable"),
        Said(words: "You have reached a limit for sending mail. Your message was not sent.", expected: .sendingLimit),
        Said(smtp: 554, words: "554 rejected: your host is on our blocklist", expected: .contentRejected),
        Said(smtp: 535, enhanced: "5.7.8", words: "535 5.7.8 no", expected: .refused, cause: "bounce.refused"),
        Said(smtp: 554, words: "554 no", expected: .refused, cause: "bounce.refused"),
        Said(words: "", expected: .refused, cause: "bounce.refused"),
    ]

    @Test(arguments: said)
    func classes(_ said: Said) throws {
        let recipient = MailReport.Recipient(
            addresses: ["bob@x.example"], action: .failed, smtp: said.smtp, enhanced: said.enhanced,
            words: said.words.isEmpty ? nil : said.words)
        #expect(ReportClass.of(recipient) == said.expected)
        var report = MailReport(.bounce)
        report.recipients = [recipient]
        let failure = try #require(report.incoming.recipients.first?.failure)
        #expect(failure.failureClass == said.expected.rawValue)
        #expect(failure.cause == said.cause ?? said.expected.cause)
        #expect(failure.advice?.isEmpty == false)
        #expect(failure.message == "the mail to bob@x.example came back")
    }

    @Test func whatIsDelayedWaits() throws {
        var report = MailReport(.delay)
        report.recipients = [MailReport.Recipient(addresses: ["bob@x.example"], action: .delayed, enhanced: "4.4.1")]
        let told = try #require(report.incoming.recipients.first)
        #expect(told.temporary && told.action == "delayed")
        #expect(told.failure?.cause == "bounce.delayed")
    }

    /// A bounce that names nobody still says that something did not arrive.
    @Test func nobodyByName() {
        #expect(MailReport(.bounce).incoming.recipients.map(\.action) == ["failed"])
        #expect(MailReport(.autoReply).incoming.recipients.isEmpty)
        #expect(MailReport(.abuse).incoming.recipients.isEmpty)
    }
}

import Base
import CMailroom
import Testing

@testable import Engine

/// Answers of real servers and the class that each is (docs/sending.md).
@Suite struct SendClassTests {
    struct Answer: Sendable, CustomTestStringConvertible {
        let smtp: Int32
        let enhanced: String?
        let text: String
        let expected: SendClass
        var step = "data"
        var testDescription: String { "\(smtp) \(enhanced ?? "-") \(text)" }
    }

    static let answers: [Answer] = [
        Answer(smtp: 550, enhanced: "5.4.5", text: "Daily user sending limit exceeded", expected: .sendingLimit),
        Answer(
            smtp: 554, enhanced: "5.2.0", text: "STOREDRV.Submission.Exception:SubmissionQuotaExceededException",
            expected: .sendingLimit),
        Answer(
            smtp: 550, enhanced: "5.1.90",
            text: "Your message can't be sent because you've reached your daily limit for message recipients",
            expected: .sendingLimit),
        Answer(smtp: 552, enhanced: "5.2.2", text: "Submission quota exceeded", expected: .sendingLimit),
        Answer(
            smtp: 432, enhanced: "4.3.2", text: "STOREDRV.ClientSubmit; sender thread limit exceeded",
            expected: .throttling),
        Answer(smtp: 450, enhanced: "4.2.1", text: "The user is receiving mail too quickly", expected: .throttling),
        Answer(
            smtp: 454, enhanced: "4.7.0", text: "Too many login attempts, please try again later", expected: .throttling
        ),
        Answer(smtp: 450, enhanced: "4.7.1", text: "Error: too much mail from 127.0.0.1", expected: .throttling),
        Answer(smtp: 421, enhanced: "4.3.0", text: "Temporary System Problem.  Try again later", expected: .outage),
        Answer(smtp: 451, enhanced: "4.3.0", text: "Mail server temporarily rejected message", expected: .outage),
        Answer(smtp: 451, enhanced: nil, text: "try later", expected: .outage),
        Answer(smtp: 535, enhanced: "5.7.8", text: "Username and Password not accepted", expected: .auth),
        Answer(
            smtp: 550, enhanced: "5.7.30", text: "Basic authentication is not supported for Client Submission.",
            expected: .auth),
        Answer(smtp: 530, enhanced: "5.7.57", text: "Client not authenticated to send mail", expected: .auth),
        Answer(
            smtp: 554, enhanced: "5.2.252",
            text: "SendAsDenied; ann@example.com not allowed to send as bob@example.com",
            expected: .sendAsDenied),
        Answer(
            smtp: 550, enhanced: "5.7.60", text: "SMTP; Client does not have permissions to send as this sender",
            expected: .sendAsDenied),
        Answer(
            smtp: 553, enhanced: "5.7.1", text: "Sender address rejected: not owned by user ann",
            expected: .sendAsDenied),
        Answer(smtp: 554, enhanced: "5.2.0", text: "STOREDRV OutboundSpamException", expected: .suspended),
        Answer(
            smtp: 554, enhanced: "5.2.2",
            text: "mailbox full; QuotaExceededException.MapiExceptionShutoffQuotaExceeded",
            expected: .quotaExceeded),
        Answer(
            smtp: 452, enhanced: "4.2.2", text: "The email account that you tried to reach is over quota",
            expected: .recipientFull, step: "rcpt"),
        Answer(
            smtp: 552, enhanced: "5.3.4", text: "Message size exceeds fixed maximum message size", expected: .tooLarge),
        Answer(smtp: 552, enhanced: "5.2.3", text: "too big", expected: .tooLarge),
        Answer(smtp: 550, enhanced: "5.1.1", text: "User unknown", expected: .badRecipient, step: "rcpt"),
        Answer(
            smtp: 550, enhanced: "5.1.10", text: "RESOLVER.ADR.RecipientNotFound; Recipient not found",
            expected: .badRecipient, step: "rcpt"),
        Answer(
            smtp: 550, enhanced: "5.4.1", text: "Recipient address rejected: Access denied", expected: .badRecipient,
            step: "rcpt"),
        Answer(smtp: 550, enhanced: nil, text: "no", expected: .badRecipient, step: "rcpt"),
        Answer(
            smtp: 552, enhanced: "5.7.0",
            text: "This message was blocked because its content presents a potential security issue",
            expected: .contentRejected),
        Answer(
            smtp: 554, enhanced: "5.7.1", text: "[2] Message rejected under suspicion of SPAM",
            expected: .contentRejected),
        Answer(smtp: 550, enhanced: "5.7.26", text: "unauthenticated mail", expected: .contentRejected),
        Answer(smtp: 554, enhanced: nil, text: "words that nobody knows", expected: .refused),
    ]

    @Test(arguments: answers)
    func everyAnswerHasItsClass(_ answer: Answer) {
        let reply = SendClass.Reply(
            smtp: answer.smtp, enhanced: answer.enhanced, text: answer.text, step: answer.step)
        #expect(SendClass.of(reply) == answer.expected)
    }

    @Test func aDailyLimitPassesAlthoughItComesWithAFive() {
        let reply = SendClass.Reply(smtp: 550, enhanced: "5.4.5", text: "Daily user sending limit exceeded")
        #expect(SendClass.of(reply).isTemporary(reply))
    }

    @Test(arguments: [("4.2.2", true), ("5.2.2", false)])
    func aFullRecipientPassesWhereTheServerSaysSo(_ enhanced: String, _ passes: Bool) {
        let reply = SendClass.Reply(smtp: nil, enhanced: enhanced, text: "over quota")
        #expect(SendClass.of(reply) == .recipientFull)
        #expect(SendClass.recipientFull.isTemporary(reply) == passes)
    }

    @Test(arguments: SendClass.allCases)
    func everyClassHasACauseWithAdvice(_ found: SendClass) {
        #expect(Cause.named(found.cause)?.steps.isEmpty == false)
    }
}

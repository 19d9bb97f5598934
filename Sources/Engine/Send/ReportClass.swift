import Base
import Mime

/// The class of what a report says of a recipient. The words are often those of the program that gave up, not of a server
/// that answered: they have a table of their own behind the one of answers.
enum ReportClass {
    static func of(_ recipient: MailReport.Recipient) -> SendClass {
        let reply = reply(recipient)
        let found = SendClass.of(reply)
        // What a stranger's server wants of the server before it says nothing of this account's login.
        let isTold = found != .refused && found != .auth && !(found == .outage && reply.smtp == nil)
        if isTold { return found }
        let words = (recipient.words ?? "").lowercased()
        for (phrase, result) in phrases where words.has(phrase) { return result }
        if let result = byStatus(recipient) { return result }
        return found == .auth ? .refused : found
    }

    static func reply(_ recipient: MailReport.Recipient) -> SendClass.Reply {
        SendClass.Reply(
            smtp: recipient.smtp, enhanced: recipient.enhanced, text: recipient.words, step: recipient.step ?? "report")
    }

    /// The code of the report's own: no answer, bad connection, unknown host, expired (RFC 3463, section 3.5).
    private static func byStatus(_ recipient: MailReport.Recipient) -> SendClass? {
        guard recipient.smtp == nil, let status = recipient.enhanced else { return nil }
        switch status.split(separator: ".").dropFirst().joined(separator: ".") {
        case "4.1", "4.2", "4.3", "4.7": return .connection
        case "4.4": return .badRecipient
        default: return nil
        }
    }

    private static let phrases: [(String, SendClass)] = [
        ("user unknown", .badRecipient), ("unknown user", .badRecipient), ("user not found", .badRecipient),
        ("no such user", .badRecipient), ("no such recipient", .badRecipient), ("no such mailbox", .badRecipient),
        ("no such address", .badRecipient), ("no such person", .badRecipient), ("no mailbox here", .badRecipient),
        ("mailbox not found", .badRecipient), ("mailbox unavailable", .badRecipient),
        ("mailbox is disabled", .badRecipient),
        ("mailbox unknown", .badRecipient), ("unknown recipient", .badRecipient),
        ("recipient not found", .badRecipient),
        ("recipient unknown", .badRecipient), ("recipient name is not recognized", .badRecipient),
        ("unknown address", .badRecipient), ("address unknown", .badRecipient), ("address not found", .badRecipient),
        ("unknown e-mail address", .badRecipient), ("unknown local", .badRecipient), ("unrouteable", .badRecipient),
        ("unroutable", .badRecipient), ("address does not exist", .badRecipient),
        ("account does not exist", .badRecipient),
        ("account that you tried to reach does not exist", .badRecipient), ("mailbox does not exist", .badRecipient),
        ("user does not exist", .badRecipient), ("doesn't have a", .badRecipient),
        ("does not have an account", .badRecipient),
        ("not listed in", .badRecipient), ("not a valid mailbox", .badRecipient), ("invalid recipient", .badRecipient),
        ("invalid mailbox", .badRecipient), ("account has been disabled", .badRecipient),
        ("is disabled", .badRecipient),
        ("account is not active", .badRecipient), ("is inactive", .badRecipient), ("host not found", .badRecipient),
        ("host unknown", .badRecipient), ("host or domain name not found", .badRecipient),
        ("no such domain", .badRecipient),
        ("domain does not exist", .badRecipient), ("couldn't find any host", .badRecipient),
        ("name service error", .badRecipient),
        ("domain not found", .badRecipient), ("dns error", .badRecipient),
        ("all relevant mx records point to non-existent", .badRecipient),
        ("mailfolder is full", .recipientFull), ("mailbox is full", .recipientFull), ("mail box full", .recipientFull),
        ("quota exceeded", .recipientFull), ("exceeded storage", .recipientFull),
        ("exceeds allowed size", .recipientFull),
        ("mail quota", .recipientFull), ("insufficient disk space", .recipientFull), ("disk quota", .recipientFull),
        ("too large", .tooLarge), ("size exceeds", .tooLarge), ("exceeded size limit", .tooLarge),
        ("message size", .tooLarge),
        ("reached a limit for sending mail", .sendingLimit), ("exceeded the max", .sendingLimit),
        ("spam", .contentRejected), ("blacklist", .contentRejected), ("blocklist", .contentRejected),
        ("blocked using", .contentRejected), ("blocked by", .contentRejected), ("dmarc", .contentRejected),
        ("spf check", .contentRejected), ("content rejected", .contentRejected), ("message content", .contentRejected),
        ("policy reasons", .contentRejected), ("message was blocked", .contentRejected),
        ("timed out", .connection), ("timeout", .connection), ("connection refused", .connection),
        ("no route to host", .connection), ("network is unreachable", .connection), ("could not connect", .connection),
        ("connection dropped", .connection), ("lost connection", .connection), ("connection died", .connection),
        ("wasn't able to establish an smtp connection", .connection), ("retry time", .connection),
        ("in queue too long", .connection), ("delivery expired", .connection), ("message expired", .connection),
    ]
}

@testable import Engine

extension SendClassTests {
    /// What real servers answered, with class, retry and cause.
    static let rows: [RefusalRow] =
        limitRows + rateRows + outageRows + loginRows + accountRows + recipientRows + contentRows

    static let limitRows: [RefusalRow] = [
        RefusalRow("550 5.4.5 Daily user sending limit exceeded", .sendingLimit, .day),
        RefusalRow(
            "550-5.4.5 Daily sending quota exceeded.|550 5.4.5 For more, see the help centre", .sendingLimit, .day),
        RefusalRow("554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException", .sendingLimit, .hour),
        RefusalRow(
            "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients",
            .sendingLimit, .day),
        RefusalRow(
            "550 5.1.90 Your message can\u{2019}t be sent because you\u{2019}ve reached your daily limit",
            .sendingLimit,
            .day),
        RefusalRow("552 5.2.2 Submission quota exceeded", .sendingLimit, .hour),
        RefusalRow("550 5.7.1 Sorry. You have exceeded your daily sending limit", .sendingLimit, .day),
        RefusalRow(
            "554 5.2.0 WASCL UserAction verdict is not None. Actual verdict is RefuseQuota", .sendingLimit, .hour),
        RefusalRow("550 5.7.1 daily smtp relay limit exceeded for customer", .sendingLimit, .day),
        RefusalRow("550 5.7.1 The user ann has exceeded its 24-hour sending limit", .sendingLimit, .day),
        RefusalRow(
            "550 Domain example.com has exceeded the max emails per hour (75/75 (100%)) allowed. Message discarded",
            .sendingLimit, .hour),
        RefusalRow(
            "451 Domain example.com has exceeded the max emails per hour (75/75), message will be reattempted later",
            .sendingLimit, .hour),
        RefusalRow("550 This IP has sent too many messages this hour. IB504", .sendingLimit, .hour),
        RefusalRow("550 This IP has sent too many to too many recipients this hour. IB607", .sendingLimit, .hour),
        RefusalRow("554 This IP has been blocked for the day, too many invalid recipients. IB113", .sendingLimit, .day),
        RefusalRow(
            "550 5.4.5 You have reached a limit for sending mail, try again in 3 hours", .sendingLimit,
            .named(10_800_000)),
        RefusalRow("550 5.1.90 words of its own", .sendingLimit, .hour, byWords: false),
    ]

    static let rateRows: [RefusalRow] = [
        RefusalRow("432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", .throttling, .minute, step: "mail"),
        RefusalRow(
            "432 4.3.2 Concurrent connections limit exceeded. Visit the help", .throttling, .minute, step: "mail"),
        RefusalRow(
            "421 4.4.2 Message submission rate for this client has exceeded the configured limit", .throttling, .minute),
        RefusalRow(
            "421-4.7.28 Our system has detected an unusual rate of mail|421 4.7.28 originating from your address",
            .throttling, .minute),
        RefusalRow("450 4.2.1 The user is receiving mail too quickly", .throttling, .minute, step: "rcpt"),
        RefusalRow("454 4.7.0 Too many login attempts, please try again later", .throttling, .minute, step: "auth"),
        RefusalRow(
            "451 4.7.500 Server busy. Please try again later from 1.2.3.4", .throttling, .minute, byWords: false),
        RefusalRow("421 4.7.0 [TSS04] Messages from 1.2.3.4 temporarily deferred", .throttling, .minute, step: "mail"),
        RefusalRow("421 4.7.1 Messages to bob deferred due to excessive volume", .throttling, .minute, step: "rcpt"),
        RefusalRow("450 4.7.1 Error: too much mail from 127.0.0.1", .throttling, .minute, step: "mail"),
        RefusalRow(
            "451 4.7.1 Greylisted, please try again in 300 seconds", .throttling, .named(300_000), step: "rcpt",
            cause: "send.greylisted"),
        RefusalRow(
            "450 4.2.0 Recipient address rejected: Greylisted", .throttling, .minute, step: "rcpt",
            cause: "send.greylisted"),
        RefusalRow("451 4.7.1 Greylisting in action", .throttling, .minute, step: "data", cause: "send.greylisted"),
        RefusalRow(
            "451 4.7.1 Please try again later", .throttling, .minute, step: "rcpt", cause: "send.greylisted",
            byWords: false),
        RefusalRow("452 4.5.3 Too many recipients", .throttling, .minute, step: "rcpt"),
        RefusalRow(
            "421 Connection refused, too many sessions from This IP. IB007", .throttling, .minute, step: "greeting"),
        RefusalRow(
            "454 4.7.0 Too many login attempts, try again in 2 minutes", .throttling, .named(120_000), step: "auth"),
    ]

    static let outageRows: [RefusalRow] = [
        RefusalRow("421 4.3.0 Temporary System Problem. Try again later", .outage, .minute),
        RefusalRow("451 4.3.0 Mail server temporarily rejected message", .outage, .minute, byWords: true),
        RefusalRow("421 4.4.5 Server busy, try again later", .outage, .minute, step: "greeting"),
        RefusalRow("451 4.7.0 Temporary server error. Please try again later. PRX4", .outage, .minute),
        RefusalRow("451 4.3.2 Service not available", .outage, .minute, step: "mail"),
        RefusalRow("421 Service not available, closing transmission channel", .outage, .minute, step: "greeting"),
        RefusalRow("452 4.3.1 Insufficient system storage", .outage, .minute, step: "mail"),
        RefusalRow("454 4.7.0 Temporary authentication failure", .outage, .minute, step: "auth"),
        RefusalRow("451 try later", .outage, .minute),
        RefusalRow(
            "421 4.4.2 mx.example.com Error: timeout exceeded", .connection, .minute, step: "data", byWords: false),
    ]

    static let loginRows: [RefusalRow] = [
        RefusalRow("535 5.7.8 Username and Password not accepted", .auth, step: "auth", cause: "auth.refused"),
        RefusalRow("534 5.7.9 Application-specific password required", .auth, step: "auth", cause: "auth.app_password"),
        RefusalRow("534 5.7.14 Please log in via your web browser", .auth, step: "auth", cause: "auth.web_login"),
        RefusalRow("535 5.7.3 Authentication unsuccessful", .auth, step: "auth", cause: "auth.refused"),
        RefusalRow(
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant", .auth,
            step: "auth", cause: "auth.smtp_disabled"),
        RefusalRow(
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox", .auth,
            step: "auth", cause: "auth.smtp_disabled"),
        RefusalRow(
            "550 5.7.30 Basic authentication is not supported for Client Submission.", .auth, step: "auth",
            cause: "auth.basic_off"),
        RefusalRow("530 5.7.57 Client not authenticated to send mail", .auth, step: "mail", cause: "auth.refused"),
        RefusalRow("530 5.7.0 Must issue a STARTTLS command first", .auth, step: "mail", cause: "auth.tls_needed"),
        RefusalRow("535 Authentication not allowed on IBSMTP Servers. IB401", .auth, step: "auth"),
        RefusalRow("550 no", .auth, step: "auth", cause: "auth.refused"),
        RefusalRow("538 5.7.11 no words", .auth, step: "auth", cause: "auth.tls_needed", byWords: false),
        RefusalRow("553 5.7.1 Sender address rejected: not logged in", .auth, step: "rcpt"),
    ]

    static let accountRows: [RefusalRow] = [
        RefusalRow(
            "554 5.2.252 SendAsDenied; ann@example.com not allowed to send as bob@example.com; STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied",
            .sendAsDenied),
        RefusalRow("550 5.7.60 SMTP; Client does not have permissions to send as this sender", .sendAsDenied),
        RefusalRow(
            "553 5.7.1 <bob@example.com>: Sender address rejected: not owned by user ann", .sendAsDenied, step: "rcpt"),
        RefusalRow("553 Relaying disallowed as bob@example.com", .sendAsDenied, step: "mail"),
        RefusalRow("550 5.7.0 From address is not one of your addresses", .sendAsDenied),
        RefusalRow(
            "554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; Failed to process message", .suspended),
        RefusalRow("554 5.2.0 WASCL UserAction verdict is not None. Actual verdict is Suspend", .suspended),
        RefusalRow("554 5.2.0 WASCL UserAction verdict is not None. Actual verdict is HipSend", .suspended),
        RefusalRow("554 5.2.0 WASCL UserAction verdict is not None. Actual verdict is HipNotify", .suspended),
        RefusalRow("554 5.2.0 WASCL UserAction verdict is not None. Actual verdict is ShowTierUpgrade", .suspended),
        RefusalRow("550 5.1.8 Access denied, bad outbound sender AS(42004)", .suspended),
        RefusalRow("550 5.7.501 Access denied, spam abuse detected", .suspended),
        RefusalRow("550 5.7.502 Access denied, banned sender", .suspended, byWords: false),
        RefusalRow("550 5.7.503 Access denied, banned sender", .suspended, byWords: false),
        RefusalRow("550 5.7.508 Access denied, 2001:db8::1 has exceeded permitted limits", .suspended, byWords: false),
        RefusalRow("550 5.4.6 Unusual sending activity detected. Please try after sometime", .suspended),
        RefusalRow(
            "554 5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded",
            .quotaExceeded),
    ]

    static let recipientRows: [RefusalRow] = [
        RefusalRow(
            "452 4.2.2 The email account that you tried to reach is over quota", .recipientFull, .minute, step: "rcpt"),
        RefusalRow("552 5.2.2 The email account that you tried to reach is over quota", .recipientFull, step: "rcpt"),
        RefusalRow(
            "452-4.2.2 The recipient's inbox is out of storage space.|452 4.2.2 Please direct them", .recipientFull,
            .minute, step: "rcpt"),
        RefusalRow("552 5.2.2 <bob@example.com>: user is over quota", .recipientFull, step: "rcpt"),
        RefusalRow(
            "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded",
            .recipientFull),
        RefusalRow("552 5.3.4 Your message exceeded Google's message size limits", .tooLarge),
        RefusalRow("552 5.2.3 too big", .tooLarge),
        RefusalRow("552 5.3.4 Message size exceeds fixed maximum message size", .tooLarge, step: "mail"),
        RefusalRow("552 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient", .tooLarge),
        RefusalRow(
            "550-5.1.1 The email account that you tried to reach does not exist. Please try|550-5.1.1 double-checking the address|550 5.1.1 https://support.google.com/mail/?p=NoSuchUser",
            .badRecipient, step: "rcpt"),
        RefusalRow("550 5.1.1 User unknown", .badRecipient, step: "rcpt"),
        RefusalRow("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", .badRecipient, step: "rcpt"),
        RefusalRow("550 5.4.1 Recipient address rejected: Access denied", .badRecipient, step: "rcpt"),
        RefusalRow("553 5.1.2 the domain is strange", .badRecipient, step: "rcpt"),
        RefusalRow("553 5.1.3 bad address syntax", .badRecipient, step: "rcpt"),
        RefusalRow("550 5.2.1 The email account that you tried to reach is disabled", .badRecipient, step: "rcpt"),
        RefusalRow("550 no", .badRecipient, step: "rcpt"),
        RefusalRow(
            "450 4.1.1 <bob@example.com>: User unknown in local recipient table", .badRecipient, .minute, step: "rcpt"),
        RefusalRow("550 5.5.3 Too many recipients", .refused, step: "rcpt", cause: "send.too_many_recipients"),
        RefusalRow(
            "554 5.7.1 <bob@example.org>: Relay access denied", .refused, step: "rcpt", cause: "send.relay_denied"),
        RefusalRow(
            "554 5.7.1 <bob@example.org>: Recipient address rejected: Relay access denied", .refused, step: "rcpt",
            cause: "send.relay_denied"),
        RefusalRow(
            "550 5.1.1 Invalid recipient: we do not relay for it", .refused, step: "rcpt", cause: "send.relay_denied"),
        RefusalRow(
            "550 5.1.0 <ann@example.com>: Sender address rejected: User unknown in virtual mailbox table",
            .sendAsDenied,
            step: "rcpt", cause: "send.send_as_denied"),
        RefusalRow("550 Unrouteable address, sender verify failed", .sendAsDenied, step: "rcpt"),
        RefusalRow("535 5.7.8 Error: authentication failed: no such user", .auth, step: "auth", cause: "auth.refused"),
    ]

    static let contentRows: [RefusalRow] = [
        RefusalRow(
            "552 5.7.0 This message was blocked because its content presents a potential security issue",
            .contentRejected),
        RefusalRow("550 5.7.1 Our system has detected that this message is likely unsolicited mail", .contentRejected),
        RefusalRow("554 5.7.1 [2] Message rejected under suspicion of SPAM", .contentRejected),
        RefusalRow("552 This message has been rejected due to content judged to be spam. IB212", .contentRejected),
        RefusalRow("552 Virus infected message rejected. IB705", .contentRejected),
        RefusalRow("550 5.7.1 [CS01] Message rejected due to local policy.", .contentRejected),
        RefusalRow(
            "550 5.7.26 This mail has been blocked because the sender is unauthenticated", .contentRejected,
            cause: "send.unauthenticated"),
        RefusalRow(
            "421 4.7.26 This mail has been rate limited because it is unauthenticated", .contentRejected, .minute,
            cause: "send.unauthenticated"),
        RefusalRow(
            "550-5.7.1 Our system has detected an unusual rate of unsolicited mail|550 5.7.1 your mail has been blocked",
            .contentRejected),
        RefusalRow(
            "554 5.7.1 Service unavailable; Client host [1.2.3.4] blocked using zen.spamhaus.org", .contentRejected,
            cause: "send.blocklisted"),
        RefusalRow("554 words that nobody knows", .refused, cause: "send.refused"),
        RefusalRow("502 5.5.2 Not implemented", .refused),
    ]
}

extension Cause {
    /// One cause for each class of a failed send (docs/sending.md).
    static let sending: [Cause] = [
        Cause(
            "send.sending_limit", "sending_limit", "The provider's sending limit is reached",
            "The provider takes only so many messages or recipients in an hour or a day.",
            [
                "Wait for the limit's window to end; the message goes again by itself.",
                "Resend it then, if it has stopped.",
                "Ask the provider for a higher limit, or spread the messages over several days.",
            ], .nobody),
        Cause(
            "send.throttling", "throttling", "The provider asks to send more slowly",
            "Messages came faster than the provider takes them.",
            ["Wait some minutes: it goes again by itself.", "Send in smaller batches."], .nobody),
        Cause(
            "send.outage", "outage", "The provider cannot take mail now",
            "The sending server says that it is unwell.",
            ["Wait some minutes: it goes again by itself.", "Look at the provider's status page."], .provider),
        Cause(
            "send.send_as_denied", "send_as_denied", "Sending under this address is not allowed",
            "The login is good, but the account may not send with this From address.",
            [
                "Choose the account's own address as From.",
                "Or ask the administrator for the right to send as that address, reconnect, and resend.",
            ], .administrator),
        Cause(
            "send.suspended", "suspended", "The provider has stopped this account's sending",
            "The provider suspects misuse and lets nothing out.",
            ["Sign in at the provider and follow its steps.", "Ask the administrator to lift the block.", "Resend."],
            .user),
        Cause(
            "send.quota_exceeded", "quota_exceeded", "The mailbox is full",
            "The sender's own mailbox has no room left, so the provider takes nothing more.",
            [
                "Delete old mail and empty the trash.", "Ask the administrator about the plan's limits.", "Resend.",
            ], .user),
        Cause(
            "send.recipient_full", "recipient_full", "The recipient's mailbox is full",
            "The recipient's mailbox has no room left.", ["Tell the recipient another way.", "Resend later."], .nobody),
        Cause(
            "send.too_large", "too_large", "The message is too large",
            "The message is larger than the server takes.",
            ["Make the attachments smaller, or send a link instead.", "Resend."], .user),
        Cause(
            "send.bad_recipient", "bad_recipient", "The recipient's address does not work",
            "The server says that there is no such mailbox.",
            ["Check the address for a typing error.", "Correct it and resend."], .user),
        Cause(
            "send.content_rejected", "content_rejected", "The content was refused",
            "The server took the content for spam, a virus, or against its rules.",
            [
                "Change the text, the links or the attachments.",
                "Have the administrator check SPF, DKIM and DMARC of the sending domain.", "Resend.",
            ], .user),
        Cause(
            "send.refused", "refused", "The server refused the message",
            "The server said no, in words that Mailroom does not know.",
            ["Read the server's words.", "Correct what they name, then resend."], .user),
        Cause(
            "send.outcome_unknown", "outcome_unknown", "Nobody knows whether it was sent",
            "The connection broke after the whole message was handed over and before the server answered.",
            [
                "Look into the Sent folder, or ask the recipient.",
                "Resend only if it did not arrive: otherwise the recipient gets it twice.",
            ], .user),
    ]
}

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
            "send.greylisted", "throttling", "The receiving server asks to come again",
            "A server that does not know the sender yet puts the first message off for some minutes (greylisting). Nothing is wrong.",
            ["Nothing has to be done: it goes again by itself, and is taken then.", "Resend it if it has stopped."],
            .nobody),
        Cause(
            "send.outage", "outage", "The provider cannot take mail now",
            "The sending server says that it is unwell.",
            [
                "Wait some minutes: it goes again by itself.", Advice.statusPage, "Resend it if it has stopped.",
            ], .provider),
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
            "send.too_many_recipients", "refused", "The message has too many recipients",
            "The server takes only so many recipients in one message.",
            ["Send it to fewer recipients at once: several messages, or a batch.", "Resend."], .user),
        Cause(
            "send.sender_domain", "send_as_denied", "The domain of the From address is not known",
            "The server finds no mail domain behind the From address.",
            [
                "Choose a From address of a domain that exists.",
                "Have the administrator check the domain's MX and address records.",
            ],
            .administrator),
        Cause(
            "send.relay_denied", "refused", "The server does not pass this mail on",
            "The server delivers only for its own domains, or only after a login.",
            [
                "Check the name of the sending server, and that the mailbox has a user name and a password for it.",
                "Ask the provider whether the account may send to other domains.", "Resend.",
            ], .user),
        Cause(
            "send.utf8", "refused", "The server does not know addresses outside of ASCII",
            "An address has letters beyond ASCII, and the server does not offer SMTPUTF8.",
            ["Use the recipient's address in ASCII letters, if there is one.", "Resend."], .user),
        Cause(
            "send.eight_bit", "content_rejected", "The server takes no 8-bit content",
            "The message was given whole, with 8-bit content, and the server does not offer 8BITMIME.",
            ["Encode the message's parts as quoted-printable or base64, then send it anew."], .user),
        Cause(
            "send.unauthenticated", "content_rejected", "The sender's domain is not authenticated",
            "The receiving side found no SPF or DKIM that vouches for the sending domain, or its DMARC policy says no.",
            [
                "Have the administrator set up SPF, DKIM and DMARC of the sending domain (mailroom domain check names what is missing).",
                "Resend when they are published.",
            ], .administrator),
        Cause(
            "send.blocklisted", "content_rejected", "The sending server is on a block list",
            "The receiving side refuses mail from the address or domain that sent it, whatever the content.",
            [
                "Tell the provider of the sending server, with the server's words.",
                "Have the administrator check SPF, DKIM and DMARC of the sending domain.",
                "Resend when the listing is gone.",
            ], .provider),
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

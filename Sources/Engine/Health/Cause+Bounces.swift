extension Cause {
    /// The cause of a message that came back: what the class means of the recipient's server, where that differs from
    /// what it means of one's own.
    static func ofBounce(_ found: SendClass) -> String {
        switch found {
        case .connection, .outage, .throttling: "bounce.unreachable"
        case .refused, .auth, .outcomeUnknown: "bounce.refused"
        default: found.cause
        }
    }

    static let bounces: [Cause] = [
        Cause(
            "bounce.unreachable", "connection", "The recipient's server could not be reached",
            "The message was tried for days, or as long as the provider tries, and the recipient's server did not take it.",
            [
                "Check what stands behind the @ for a typing error.", "Resend: it may work by now.",
                "If it comes back again, tell the recipient another way.",
            ], .nobody),
        Cause(
            "bounce.refused", "refused", "The recipient's server refused the message",
            "The message left this account, and the recipient's server said no.",
            [
                "Read the server's words.", "Ask the recipient, another way, to let your address through.",
                "Have the administrator check SPF, DKIM and DMARC of the sending domain.", "Resend.",
            ], .user),
        Cause(
            "bounce.delayed", "connection", "The message has not arrived yet",
            "A server on the way could not hand it on so far and goes on trying.",
            ["Wait: nothing needs to be sent again.", "A report comes if it cannot be delivered in the end."], .nobody),
    ]
}

/// Words of bounces that are written for people alone. All are lower case, and looked for in lines, and across the end of one.
enum BouncePhrases {
    /// The message did not arrive. After them stand the recipients.
    static let failed: [String] = [
        "could not be delivered", "couldn't be delivered", "cannot be delivered", "can't be delivered",
        "could not deliver", "was not delivered", "wasn't delivered", "were not delivered", "not been delivered",
        "undeliverable", "undelivered", "unable to deliver", "able to deliver your message",
        "delivery to the following", "delivery to these recipients", "did not reach the following",
        "could not be reached", "permanent fatal errors", "address(es) failed", "addresses failed", "address failed",
        "delivery failed", "delivery has failed", "failed to deliver", "delivery failure", "failure delivering",
        "returned to sender", "returning message to sender", "returned mail", "message was rejected",
        "has been rejected", "was rejected by", "your message wasn't", "reached a limit for sending mail",
        "non-delivery", "mail delivery problem", "unrouteable", "problem delivering", "following recipient",
        "konnte nicht zugestellt werden", "konnte nicht an", "unzustellbar", "nicht zugestellt",
        "n'a pas pu être remis", "n'a pas pu être distribué", "non remis", "no se pudo entregar",
        "no se ha podido entregar",
        "non è stato possibile", "niet worden afgeleverd", "niet worden bezorgd", "не удалось доставить",
        "não pôde ser entregue",
    ]

    /// It is still being tried.
    static let delayed: [String] = [
        "has not yet been delivered", "not yet been delivered", "not been delivered yet", "warning message only",
        "warning: message still undelivered", "will be retried", "will retry", "will keep trying", "still being tried",
        "has been delayed", "been delayed", "delivery is delayed", "do not need to resend", "don't need to resend",
        "no action is required on your part", "temporary problem delivering", "delivery attempts will continue",
        "will continue to attempt", "will continue trying", "delivery delayed", "noch nicht zugestellt",
        "weiter versucht",
    ]

    /// It is final, also where something above stands.
    static let final: [String] = [
        "permanent error", "permanent fatal", "failed permanently", "permanent failure", "giving up", "given up",
        "gave up",
        "has been abandoned", "no further attempts", "retry timeout exceeded", "expired after", "message expired",
    ]

    /// Here the returned message begins.
    static let returned: [String] = [
        "below this line is a copy of the message", "this is a copy of the message", "a copy of the original message",
        "original message follows", "unsent message follows", "returned message follows", "original message headers",
        "original message header", "----- original message", "----original message", "message headers follow",
        "message header follows", "headers of the original message", "returned message ---", "returned text follows",
        "copy of your message", "content of your message", "message text follows", "your original message",
    ]

    /// What stands before an address in the same line.
    static let before: [String] = [
        "failed to deliver to", "unable to deliver to", "undeliverable to", "could not deliver to", "delivery to",
        "your message wasn't delivered to", "your message was not delivered to", "your message to",
        "problem delivering your message to", "recipient address:", "failed recipient:", "final recipient:",
        "recipient:",
        "e-mail address:", "user unknown:", "unknown user:", "failed address:", "delivery failure to",
    ]
}

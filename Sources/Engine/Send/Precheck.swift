import Base
import CMailroom
import Store

/// What cannot work fails before it is queued, in words: too large, too many recipients, a sender that the account may not
/// use. What is refused here is `MR_E_INVALID` with the field, and the class and advice that the server's refusal would have.
struct Precheck {
    let account: AccountRow
    let limits: SendLimits
    let provider: KnownProvider?

    func check(_ send: NewSend) throws(Failure) {
        try check(sender: send.from)
        try check(recipients: send.recipients)
        try check(size: send.size)
    }

    func check(sender: String) throws(Failure) {
        guard let allowed = account.settings["senders"], !SendSettings.allows(sender, allowed, own: account.address)
        else { return }
        throw failure(
            "from", .sendAsDenied, "send.send_as_denied",
            "\(account.address) may not send as \(sender): the account's senders are \(allowed)")
    }

    func check(recipients: [String]) throws(Failure) {
        if let long = recipients.first(where: { $0.utf8.count > 320 }) {
            throw failure(
                "to", .badRecipient, "send.bad_recipient", "the address \(long.prefix(60))... is longer than 320 octets"
            )
        }
        guard let limit = limits.recipients, Int64(recipients.count) > limit.value else { return }
        throw failure(
            "to", .refused, "send.too_many_recipients",
            "the message has \(recipients.count) recipients, and \(who(limit.source)) \(limit.value) at most")
    }

    func check(size: Int64) throws(Failure) {
        guard let limit = limits.size, size > limit.value else { return }
        var failure = failure(
            "size", .tooLarge, "send.too_large",
            "the message has \(Precheck.megabytes(size, beside: limit.value)) as it goes out, and \(who(limit.source)) \(Precheck.megabytes(limit.value, beside: size)) at most"
        )
        failure.enhanced = "5.3.4"
        throw failure
    }

    private func who(_ source: SendLimits.Limit.Source) -> String {
        switch source {
        case .set: "the limits of the account allow"
        case .server: "the server takes"
        case .provider: "\(provider?.name ?? "the provider") takes"
        }
    }

    private func failure(_ field: String, _ found: SendClass, _ cause: String, _ message: String) -> Failure {
        var failure = Failure(MR_E_INVALID, message)
        failure.field = field
        failure.step = "check"
        failure.failureClass = found.rawValue
        failure.cause = cause
        failure.account = account.id
        failure.advice = Precheck.advice(cause, at: provider)
        return failure
    }

    /// What to do before it is sent: nothing is stored that could be sent again.
    private static func advice(_ cause: String, at provider: KnownProvider?) -> String {
        switch cause {
        case "send.too_large":
            let own = (provider?.steps(cause)?.first).map { [$0] } ?? []
            return
                (own + [
                    "Remove attachments or make them smaller, or send a link to large files instead.",
                    "Then send it: nothing has been stored or sent. What is attached grows by a third on its way (base64).",
                ]).joined(separator: "\n")
        case "send.too_many_recipients":
            return """
                Name fewer recipients in To, Cc and Bcc: several messages, or a batch, which makes one for each recipient.
                Then send it: nothing has been stored or sent.
                """
        case "send.send_as_denied":
            return """
                Choose the account's own address as From, or one of its senders.
                Or allow the address: reconnect the account with it in the setting senders, where the provider lets the account use it.
                Then send it: nothing has been stored or sent.
                """
        default:
            return "Correct the address.\nThen send it: nothing has been stored or sent."
        }
    }

    /// In MB of 1,000,000 bytes with one decimal; in bytes where that would not tell the two apart.
    private static func megabytes(_ size: Int64, beside other: Int64) -> String {
        let text = megabytes(size)
        return text == megabytes(other) || size < 100_000 ? "\(size) bytes" : text
    }

    private static func megabytes(_ size: Int64) -> String {
        let tenths = size / 100_000 + (size % 100_000 >= 50_000 ? 1 : 0)
        return "\(tenths / 10).\(tenths % 10) MB"
    }
}

extension Core {
    /// - Throws: what makes it pointless to send.
    func precheck(_ account: AccountRow, _ send: NewSend) throws(Failure) { try prechecked(account).check(send) }

    func prechecked(_ account: AccountRow) throws(Failure) -> Precheck {
        Precheck(account: account, limits: try sendLimits(account), provider: knownProvider(account, .send).provider)
    }
}

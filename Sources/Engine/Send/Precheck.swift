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
            "the message has \(size) octets as it goes out, and \(who(limit.source)) \(limit.value) at most")
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
        failure.advice = Cause.named(cause).map { Advice.of($0, at: provider) }
        return failure
    }
}

extension Core {
    /// - Throws: what makes it pointless to send.
    func precheck(_ account: AccountRow, _ send: NewSend) throws(Failure) { try prechecked(account).check(send) }

    func prechecked(_ account: AccountRow) throws(Failure) -> Precheck {
        Precheck(account: account, limits: try sendLimits(account), provider: knownProvider(account, .send).provider)
    }
}

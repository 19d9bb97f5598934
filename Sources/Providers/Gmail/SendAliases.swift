import Base
import CMailroom
import PluginKit

/// The addresses that the account may send from. From any other one Gmail sends as well, but writes its own into From, and
/// says nothing: so it is looked at before.
struct SendAliases {
    let host: Host
    let session: GmailSession

    /// - Throws: `MR_E_REFUSED` where the address is none of the account's.
    func check(_ address: String) throws(Failure) {
        let key = AddressKey.of(address)
        if let known = session.aliases, known.isEmpty || known.contains(key) { return }
        // Asked anew for one that was not among them: it may have been added since.
        let aliases = try read()
        session.aliases = aliases
        guard !aliases.isEmpty, !aliases.contains(key) else { return }
        var failure = Failure(MR_E_REFUSED, "the account may not send from \(address)")
        failure.step = "mail"
        failure.code = "SendAsDenied"
        failure.cause = "send.send_as_denied"
        throw failure
    }

    /// Empty where the token does not reach so far: then nothing is known.
    private func read() throws(Failure) -> Set<String> {
        let answer: Record
        do throws(Failure) {
            answer = try session.api.get(
                host, ["settings", "sendAs"], cost: GmailApi.Units.aliases, step: "mail")
        } catch  where error.http == 403 && error.result != mr_result(MR_E_THROTTLED) {
            return []
        }
        var found: Set<String> = []
        for entry in answer.records("sendAs") {
            guard let address = entry.text("sendAsEmail") else { continue }
            if entry.int("isPrimary") == 1 || entry.text("verificationStatus") != "pending" {
                found.insert(AddressKey.of(address))
            }
        }
        return found
    }
}

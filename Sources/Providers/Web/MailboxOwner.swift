import Base
import CMailroom
import PluginKit

/// Whose mailbox a token opens. Who signed in is known where the owner did so here; a token that another program hands in, or
/// an application's own, says nothing of itself until the service is asked.
package enum MailboxOwner {
    /// - Parameter names: the addresses of whose mailbox it is; none: the service does not say, and is believed.
    /// - Throws: `MR_E_AUTH` where none of them is the account's address, or the name that signs in.
    package static func check(_ host: Host, _ names: [String]) throws(Failure) {
        guard let first = names.first, let address = try host.setting("address") else { return }
        let expected = [address, try host.setting("sign_in") ?? ""].map(key)
        guard !names.contains(where: { expected.contains(key($0)) }) else { return }
        let found = first.prefix(320)
        var failure = Failure(MR_E_AUTH, "the access token opens the mailbox of \(found), not of \(address)")
        failure.cause = "oauth.wrong_mailbox"
        failure.step = "auth"
        throw failure
    }

    /// Dots and plus tags count as little as they do for the services themselves.
    private static func key(_ address: String) -> String {
        let key = AddressKey.of(address)
        return AddressKey.loose(ofKey: key) ?? key
    }
}

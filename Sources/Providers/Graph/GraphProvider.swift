import Base
import CMailroom
import PluginKit
import WebProvider

/// Mail by Microsoft Graph v1.0: the scheme `graph`.
package enum GraphProvider: Provider {
    package static var scheme: StaticString { "graph" }

    package static func open(_ host: Host) throws(Failure) -> any Session {
        let client = try GraphClient(host)
        let folders = try WellKnownFolders.load(host, client)
        if folders.isNew { try checkOwner(host, client) }
        return GraphSession(client, folders)
    }

    /// Asked when the mailbox is opened for the first time, each day, and when it is another one than before.
    private static func checkOwner(_ host: Host, _ client: GraphClient) throws(Failure) {
        guard client.mailbox == "/me" else { return }
        let user: Record
        do throws(Failure) {
            user = try client.get(host, "/me?$select=mail,userPrincipalName,proxyAddresses", step: "auth")
        } catch  where [401, 403, 404].contains(error.http) && error.result != mr_result(MR_E_THROTTLED) {
            return  // The token does not reach so far (User.Read).
        }
        let aliases = user.texts("proxyAddresses").map { alias in
            alias.split(separator: ":", maxSplits: 1).last.map(String.init) ?? alias
        }
        try MailboxOwner.check(host, ["mail", "userPrincipalName"].compactMap { user.text($0) } + aliases)
    }

    package static var operations: [Operation] { Subscriptions.operations }
}

import Base
import PluginKit
import WebProvider

/// Microsoft 365 and Outlook.com by Microsoft Graph: the scheme `graph`.
package enum GraphProvider: Provider {
    package static var scheme: StaticString { "graph" }

    /// Shows that the account's token opens its mailbox.
    package static func open(_ host: Host) throws(Failure) -> any Session {
        let api = try GraphApi(host)
        _ = try api.client.get(host, api.user + ["mailFolders", "inbox"], query: [("$select", "id")])
        return GraphSession(api)
    }
}

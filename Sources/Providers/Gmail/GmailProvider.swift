import Base
import PluginKit
import WebProvider

/// Gmail by Google's own interface: the scheme `gmail`.
package enum GmailProvider: Provider {
    package static var scheme: StaticString { "gmail" }

    /// Shows that the account's token opens its mailbox.
    package static func open(_ host: Host) throws(Failure) -> any Session {
        let api = try GmailApi(host)
        _ = try api.client.get(host, api.user + ["profile"])
        return GmailSession(api)
    }
}

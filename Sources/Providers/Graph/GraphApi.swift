import Base
import CMailroom
import PluginKit
import WebProvider

/// Where Microsoft Graph is, and what its errors mean.
package struct GraphApi {
    package let client: ApiClient
    /// The path of the account's own mailbox.
    package let user = ["me"]

    package init(_ host: Host) throws(Failure) {
        client = try ApiClient(host, setting: "graph_api", sites: ["graph.microsoft.com"], errors: GraphApi.errors)
    }

    static let errors = ApiErrors([
        ApiErrors.Rule("ApplicationThrottled", MR_E_THROTTLED), ApiErrors.Rule("MailboxConcurrency", MR_E_THROTTLED),
        ApiErrors.Rule("TooManyRequests", MR_E_THROTTLED), ApiErrors.Rule("ErrorServerBusy", MR_E_THROTTLED),
    ])
}

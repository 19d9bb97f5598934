import Base
import CMailroom
import PluginKit
import WebProvider

/// Where Gmail's interface is, and what its errors mean.
package struct GmailApi {
    package let client: ApiClient
    /// The path of the account's own mailbox.
    package let user = ["gmail", "v1", "users", "me"]

    package init(_ host: Host) throws(Failure) {
        client = try ApiClient(
            host, setting: "gmail_api", sites: ["gmail.googleapis.com", "www.googleapis.com"], errors: GmailApi.errors)
    }

    static let errors = ApiErrors([
        ApiErrors.Rule("rateLimitExceeded", MR_E_THROTTLED), ApiErrors.Rule("userRateLimitExceeded", MR_E_THROTTLED),
        ApiErrors.Rule("backendError", MR_E_OUTAGE),
    ])
}

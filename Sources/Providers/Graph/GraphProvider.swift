import Base
import PluginKit

/// Mail by Microsoft Graph v1.0: the scheme `graph`.
package enum GraphProvider: Provider {
    package static var scheme: StaticString { "graph" }

    package static func open(_ host: Host) throws(Failure) -> any Session {
        let client = try GraphClient(host)
        return GraphSession(client, try WellKnownFolders.load(host, client))
    }

    package static var operations: [Operation] { Subscriptions.operations }
}

import PluginKit

/// One login to one mailbox of Microsoft Graph.
final class GraphSession: Session {
    let api: GraphApi

    init(_ api: GraphApi) { self.api = api }
}

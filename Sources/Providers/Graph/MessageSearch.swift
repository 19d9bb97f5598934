import Base
import PluginKit
import WebProvider

/// Looks for messages by their Message-ID.
struct MessageSearch {
    private let host: Host
    private let client: GraphClient

    init(_ host: Host, _ client: GraphClient) {
        self.host = host
        self.client = client
    }

    /// Those in a folder, the newest first: their ids and versions.
    /// - Parameter messageID: without its angle brackets.
    func find(_ messageID: String, in folder: String) throws(Failure) -> [GraphMessage] {
        let quoted = "<\(messageID)>".split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
        let filter = ApiRequest.encoded("internetMessageId eq '\(quoted)'")
        let answer = try client.get(
            host, "\(client.folder(folder))/messages?$filter=\(filter)&$select=\(GraphMessage.placeSelect)&$top=50",
            step: "search")
        return try GraphClient.items(answer, step: "search").compactMap { GraphMessage($0) }
    }
}

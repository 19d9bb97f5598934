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

    /// The ids of those in a folder, the newest first.
    /// - Parameter messageID: without its angle brackets.
    func find(_ messageID: String, in folder: String) throws(Failure) -> [String] {
        let quoted = "<\(messageID)>".split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
        let filter = ApiRequest.encoded("internetMessageId eq '\(quoted)'")
        let answer = try client.get(
            host, "\(client.folder(folder))/messages?$filter=\(filter)&$select=id&$top=50", step: "search")
        return answer.records("value").compactMap { GraphMessage($0)?.id }
    }
}

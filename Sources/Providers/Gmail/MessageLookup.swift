import Base
import PluginKit

/// Finds messages by their Message-ID.
struct MessageLookup {
    private let host: Host
    private let api: GmailApi

    init(_ host: Host, _ api: GmailApi) {
        self.host = host
        self.api = api
    }

    /// The ids of the messages of a folder that have it; nil for what cannot be looked for.
    func find(_ messageID: String, in label: String) throws(Failure) -> [String]? {
        // What ends a word of the search, or makes it an expression, stands in no Message-ID that can be looked for.
        let isSafe = messageID.utf8.allSatisfy { $0 > 32 && $0 != 127 && !"\"(){}".utf8.contains($0) }
        guard isSafe, (1...900).contains(messageID.utf8.count) else { return nil }
        var found: [String] = []
        let labels = label == GmailLabels.all ? [] : [label]
        try api.list(host, labels: labels, search: "rfc822msgid:\(messageID)") { (ids, _) throws(Failure) in
            found += ids
        }
        return found
    }
}

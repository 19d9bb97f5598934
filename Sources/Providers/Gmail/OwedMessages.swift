import Base
import CMailroom
import PluginKit

/// Messages of which the history told, and Gmail did not say what they are: the history goes on without them, and they are asked
/// about with every sync of their folder until Gmail says it. Kept as a value of the provider's own.
struct OwedMessages {
    private static let key = "owed"
    /// Of a folder; with more, the server is unwell.
    private static let most = 200

    /// By their folders' labels.
    private var ids: [String: [String]] = [:]

    init(_ host: Host) throws(Failure) {
        for line in String(decoding: try host.state(Self.key) ?? [], as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if words.count > 1 { ids[words[0]] = Array(words[1...]) }
        }
    }

    func of(_ label: String) -> [String] { ids[label] ?? [] }

    /// Those of a folder from now on; stored with what the call emits.
    /// - Throws: `failure`, where they are too many to be no fault of the server's.
    mutating func set(
        _ host: Host, _ label: String, _ refused: [(id: String, failure: Failure)]
    ) throws(Failure) {
        if let last = refused.last, refused.count > Self.most { throw last.failure }
        // A name that would be read as two is none of Gmail's.
        let now = refused.map(\.id).filter { !$0.utf8.contains { $0 <= 32 } }
        guard now != of(label) else { return }
        ids[label] = now.isEmpty ? nil : now
        let lines = ids.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.joined(separator: " "))" }
        try host.putState(Self.key, Array(lines.joined(separator: "\n").utf8))
    }
}

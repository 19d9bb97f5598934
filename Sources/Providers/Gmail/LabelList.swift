import Base
import CMailroom
import PluginKit

/// Lists the folders, each with a status: the last change of the account that concerned it. Where nothing happened, that is
/// two calls of one unit each, and no folder is asked any further.
struct LabelList {
    let host: Host
    let session: GmailSession

    /// The provider's own values: up to which change all is marked, and the last change of each folder.
    private static let seen = "history"
    private static let marks = "marks"

    func emit() throws(Failure) {
        let marks = try brought()
        let owed = try OwedMessages(host)
        let answer = try session.api.get(host, ["labels"], cost: GmailApi.Units.labels, step: "list")
        for folder in GmailLabels.folders {
            try emit(folder.label, path: folder.path, role: folder.role, marks, owed)
        }
        for label in answer.records("labels") where label.text("type") == "user" {
            guard let id = label.text("id"), GmailLabels.isUsers(id), let name = label.text("name"), !name.isEmpty
            else { continue }
            try emit(id, path: name, role: nil, marks, owed)
        }
    }

    private func emit(
        _ label: String, path: String, role: String?, _ marks: Marks, _ owed: OwedMessages
    ) throws(Failure) {
        var folder = Record([
            "path": .text(path), "delimiter": .text("/"), "native": .bytes(Array(label.utf8)), "stable": .text(label),
        ])
        // Of one that has messages to be asked about again it is not said that nothing has happened.
        if owed.of(label).isEmpty {
            folder["status"] = .bytes(Array("\(marks.last[label] ?? marks.others)".utf8))
        }
        folder.set("role", role)
        try host.emit("folder", folder)
    }

    // MARK: what has changed

    private struct Marks {
        var others: UInt64
        var last: [String: UInt64] = [:]

        init(_ others: UInt64) { self.others = others }

        init?(_ bytes: [UInt8]?) {
            guard let bytes else { return nil }
            let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
            guard let first = words.first, let others = UInt64(first) else { return nil }
            self.others = others
            for word in words.dropFirst() {
                let pair = word.split(separator: "=")
                if pair.count == 2, let id = UInt64(pair[1]) { last[String(pair[0])] = id }
            }
        }

        var bytes: [UInt8] {
            Array(
                (["\(others)"] + last.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }).joined(separator: " ")
                    .utf8)
        }
    }

    /// The marks as they are now, stored with what this call emits.
    private func brought() throws(Failure) -> Marks {
        let now = try session.latest(host)
        let seen = try host.state(Self.seen).flatMap { UInt64(String(decoding: $0, as: UTF8.self)) }
        guard let seen, var marks = Marks(try host.state(Self.marks)), seen <= now else {
            return try keep(Marks(now), upTo: now)
        }
        if seen == now { return marks }
        guard let history = try session.history(host, from: seen, for: nil) else {
            return try keep(Marks(now), upTo: now)
        }
        for change in history.changes {
            if change.places.contains(MailboxHistory.everywhere) { marks = Marks(change.id) }
            for place in change.places { marks.last[place] = change.id }
        }
        marks.last[MailboxHistory.everywhere] = nil
        return try keep(marks, upTo: history.to)
    }

    private func keep(_ marks: Marks, upTo id: UInt64) throws(Failure) -> Marks {
        try host.putState(Self.seen, Array("\(id)".utf8))
        try host.putState(Self.marks, marks.bytes)
        return marks
    }
}

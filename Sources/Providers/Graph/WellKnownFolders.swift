import Base
import CMailroom
import PluginKit

/// The folders that every mailbox has, by their ids: their names are in the user's language. Asked for at the login, in one
/// request, which shows as well whether there is a mailbox.
struct WellKnownFolders {
    /// Graph's name, and the role; nil: a folder that is left out.
    private static let names: [(name: String, role: String?)] = [
        ("inbox", "inbox"), ("sentitems", "sent"), ("drafts", "drafts"), ("deleteditems", "trash"),
        ("junkemail", "junk"), ("archive", "archive"),
        // What waits there is not sent yet, and is in Sent Items the next moment.
        ("outbox", nil),
    ]

    /// The host's own value of the provider in which they are kept, and for how long (ms).
    private static let state = "graph.folders"
    private static let age: Int64 = 24 * 3_600_000

    private let ids: [(name: String, id: String)]
    /// Not those of a session before: a mailbox that is opened for the first time, or another one.
    let isNew: Bool

    /// - Throws: what the service says to the login.
    static func load(_ host: Host, _ client: GraphClient) throws(Failure) -> WellKnownFolders {
        if let kept = try kept(host, client) { return kept }
        let requests = names.map { BatchRequest("\(client.mailbox)/mailFolders/\($0.name)?$select=id") }
        var found: [(name: String, id: String)] = []
        for (index, answer) in try client.batch(host, requests, step: "auth").enumerated() {
            let name = names[index].name
            if answer.status == 200, let id = answer.record.text("id"), !id.utf8.contains(where: { $0 <= 32 }) {
                found.append((name, id))
            } else if name == "inbox" || !answer.isGone {
                throw answer.failure(step: "auth")
            }
        }
        return WellKnownFolders(ids: found, isNew: true)
    }

    /// Keeps them for later sessions.
    func keep(_ host: Host, _ client: GraphClient) throws(Failure) {
        guard isNew else { return }
        let text = ids.map { "\($0.name) \($0.id)" }.joined(separator: "\n")
        try host.putState(Self.state, Array("\(host.now(wall: true)) \(client.mailbox)\n\(text)".utf8))
    }

    /// As they were the last time, within a day, where the inbox is the same: one request in place of one for each.
    private static func kept(_ host: Host, _ client: GraphClient) throws(Failure) -> WellKnownFolders? {
        guard let bytes = try host.state(state) else { return nil }
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")[...]
        guard let head = lines.popFirst()?.split(separator: " "), head.count == 2, let at = Int64(head[0]),
            head[1] == client.mailbox, (0...age).contains(host.now(wall: true) - at)
        else { return nil }
        let ids = lines.compactMap { line -> (name: String, id: String)? in
            let words = line.split(separator: " ")
            return words.count == 2 ? (String(words[0]), String(words[1])) : nil
        }
        let inbox = try client.get(host, "\(client.mailbox)/mailFolders/inbox?$select=id", step: "auth").text("id")
        return ids.contains { $0.name == "inbox" && $0.id == inbox } ? WellKnownFolders(ids: ids, isNew: false) : nil
    }

    /// The role of a folder: nil where it has none; and whether it is shown.
    func role(of id: String) -> (role: String?, isShown: Bool) {
        guard let name = ids.first(where: { $0.id == id })?.name else { return (nil, true) }
        let role = Self.names.first { $0.name == name }?.role
        return (role, role != nil)
    }

    func id(of name: String) -> String? { ids.first { $0.name == name }?.id }
}

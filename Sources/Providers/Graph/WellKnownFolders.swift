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

    private let ids: [(name: String, id: String)]

    static func load(_ host: Host, _ client: GraphClient) throws(Failure) -> WellKnownFolders {
        let requests = names.map { BatchRequest("\(client.mailbox)/mailFolders/\($0.name)?$select=id") }
        var found: [(name: String, id: String)] = []
        for (index, answer) in try client.batch(host, requests, step: "auth").enumerated() {
            let name = names[index].name
            if answer.status == 200, let id = answer.record.text("id") {
                found.append((name, id))
            } else if name == "inbox" || answer.status != 404 {
                throw answer.failure(step: "auth")
            }
        }
        return WellKnownFolders(ids: found)
    }

    /// The role of a folder: nil where it has none; and whether it is shown.
    func role(of id: String) -> (role: String?, isShown: Bool) {
        guard let name = ids.first(where: { $0.id == id })?.name else { return (nil, true) }
        let role = Self.names.first { $0.name == name }?.role
        return (role, role != nil)
    }

    func id(of name: String) -> String? { ids.first { $0.name == name }?.id }
}

import Base
import CMailroom
import PluginKit
import Wire

/// Deleting at Gmail, whose folders are labels (X-GM-EXT-1): an expunge takes one label away, and the message stays in All
/// Mail, unless it lies in Trash or Spam.
extension Apply {
    var isGmail: Bool { connection.capabilities.has("X-GM-EXT-1") }

    /// Whether the message goes with this place: it is All Mail's, or no other label remains.
    func isLastAtGmail(_ message: Imap.FetchData) -> Bool {
        let role = change.text("role") ?? ""
        if role == "all" { return true }
        guard !["trash", "junk", "flagged"].contains(role),
            let labels = message.others["X-GM-LABELS"]?.items
        else { return false }
        let own = ["inbox": "\\Inbox", "sent": "\\Sent", "drafts": "\\Draft"][role]
        let name = connection.name(of: change)
        return labels.compactMap(\.bytes).allSatisfy { label in
            let text = String(decoding: label, as: UTF8.self)
            // Marks, which are no folders.
            return ["\\Important", "\\Starred", "\\Muted"].contains { Imap.Flag.same($0, text) }
                || label == name || own.map { Imap.Flag.same($0, text) } == true
        }
    }

    /// Into Trash, and out of it.
    func discardAtGmail() throws(Failure) {
        var trash: [UInt8]?
        try connection.agree(host, .list(pattern: Array("*".utf8), returning: [])) { response in
            if case .list(let entry) = response, entry.has("\\Trash") { trash = entry.name }
        }
        guard let trash else {
            throw FlagWish.refused("the server does not show its Trash, and only there messages are deleted for good")
        }
        let answer = try tell(.uidMove(set, mailbox: trash))
        guard answer.status.kind == .ok, let uid = answer.placed else {
            throw ImapConnection.refused(answer.status, "move")
        }
        try connection.agree(host, .select(mailbox: trash))
        let there = Imap.NumberSet(uid...uid)
        try connection.agree(host, .uidStore(there, .add, flags: ["\\Deleted"]))
        try connection.agree(host, .uidExpunge(there))
    }
}

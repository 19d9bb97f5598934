import Base
import CMailroom
import PluginKit
import Wire

/// Carries out one wish on the server: flags, move, copy or delete.
struct Apply {
    let host: Host
    let connection: ImapConnection
    let change: Fields
    let ref: String
    let uid: UInt32
    let messageID: String?

    init(_ host: Host, _ connection: ImapConnection, _ change: Fields) throws(Failure) {
        self.host = host
        self.connection = connection
        self.change = change
        ref = change.text("ref") ?? ""
        guard let uid = UInt32(ref), uid > 0 else { throw .invalid("ref", "is not a UID") }
        self.uid = uid
        let messageID = change.text("message_id") ?? ""
        self.messageID = messageID.isEmpty ? nil : messageID
    }

    var set: Imap.NumberSet { Imap.NumberSet(uid...uid) }

    /// A message that is not there is `gone`, and a success.
    func run() throws(Failure) {
        let isNew = try connection.select(host, change)
        if try perform() { return }
        if !isNew {
            // A mailbox that was open before may have news of which the server has not spoken yet.
            _ = try connection.select(host, change, anew: true)
            if try perform() { return }
        }
        try host.emit("gone", Record(["ref": .text(ref)]))
        // An earlier try may have moved it.
        if change.text("kind") == "move" { try placed(in: target()) }
    }

    /// False where the message was not found.
    private func perform() throws(Failure) -> Bool {
        try checkIdentity()
        switch change.text("kind") {
        case "flags": return try flags()
        case "move": return try move(to: target())
        case "copy": return try copy(to: target())
        case "delete": return try delete()
        default: throw .invalid("kind", "is none of flags, move, copy, delete")
        }
    }

    private func target() throws(Failure) -> Fields {
        guard let target = change.items("target").first else { throw .invalid("target", "is missing") }
        guard connection.name(of: target) != connection.name(of: change) else {
            throw .invalid("target", "is the folder in which the message is")
        }
        return target
    }

    /// UIDs of another UIDVALIDITY name other messages: nothing may be done to them.
    private func checkIdentity() throws(Failure) {
        if let cursor = change.bytes("cursor"), !cursor.isEmpty, let cursor = try? SyncCursor(cursor) {
            if cursor.uidValidity == connection.dialogue.mailbox?.uidValidity ?? 0 { return }
            throw Failure(MR_E_STALE, "the folder counts its messages anew: it must be synced first")
        }
        // Nobody says of what time the reference is: the message itself must say which one it is.
        guard let messageID, let data = try present(["ENVELOPE"]), let found = data.envelope?.messageID else { return }
        if !MessageLookup.same(messageID, found) {
            throw Failure(MR_E_STALE, "another message is under this number now: the folder must be synced first")
        }
    }

    /// What the server says of the message; nil where the folder does not have it.
    func present(_ items: [String] = []) throws(Failure) -> Imap.FetchData? {
        var found: Imap.FetchData?
        let command = Imap.Command.uidFetch(set, items: ["UID", "FLAGS"] + items, changedSince: nil)
        let status = try connection.run(host, command) { response in
            // Flags that change meanwhile may come without the rest.
            guard case .fetch(let data) = response, data.uid == uid else { return }
            if found == nil || data.size != nil || data.envelope != nil || !data.others.isEmpty { found = data }
        }
        if status.kind != .ok, !Imap.Refusal.isOnlyMissing(status) {
            throw ImapConnection.refused(status, "fetch")
        }
        return found
    }

    /// Emits the reference in the target, where exactly one message there has the Message-ID.
    func placed(in target: Fields) throws(Failure) {
        guard let lookup = MessageLookup(host, connection, messageID) else { return }
        let found = try lookup.find(target)
        if found.count == 1 { try placed(found[0].uid) }
    }

    func placed(_ uid: UInt32) throws(Failure) {
        try host.emit("placed", Record(["ref": .text("\(uid)")]))
    }
}

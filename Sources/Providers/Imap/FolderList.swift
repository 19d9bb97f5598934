import Base
import CMailroom
import PluginKit
import Wire

/// The folders of an account (LIST: RFC 9051, section 6.3.9; special use: RFC 6154), as the host is told of them.
struct FolderList {
    /// How many folders the last list had.
    private static let state = "imap.folders"
    /// Octets of a name: what is longer is no folder's.
    private static let longest = 4000

    private let host: Host
    private let connection: ImapConnection

    init(_ host: Host, _ connection: ImapConnection) {
        self.host = host
        self.connection = connection
    }

    /// Emits every folder, INBOX even where the server leaves it out.
    func emit() throws(Failure) {
        var listing = FolderListing(host, connection)
        try listing.run()
        let before = try host.state(Self.state).flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
        if listing.entries.isEmpty { listing = try again(before) }
        let folders = Self.folders(
            listing.entries, listing.statuses, listing.rights, listing.namespaces,
            condStore: connection.capabilities.condstore, isUTF8: connection.dialogue.isUTF8)
        for folder in folders { try host.emit("folder", folder) }
        if folders.count != before { try host.putState(Self.state, Array("\(folders.count)".utf8)) }
    }

    /// An empty list is believed only where there was nothing but INBOX before, and INBOX is there: every folder that
    /// is not listed counts as deleted.
    private func again(_ before: Int) throws(Failure) -> FolderListing {
        let listing = FolderListing(host, connection)
        try listing.run()
        if !listing.entries.isEmpty { return listing }
        if before > 1 {
            throw Failure(
                MR_E_PROTOCOL, "the server lists no folder at all, where it had \(before): that is not believed")
        }
        let inbox = try Fields(host, Record(["path": .text("INBOX"), "native": .bytes(Array("INBOX".utf8))]))
        do throws(Failure) {
            _ = try connection.examine(host, inbox)
        } catch {
            guard error.result == mr_result(MR_E_REFUSED) else { throw error }
            var failure = Failure(MR_E_PROTOCOL, "the server lists no folder at all, and INBOX cannot be opened")
            (failure.step, failure.code, failure.serverText) = ("list", error.code, error.serverText)
            throw failure
        }
        return listing
    }

    /// What is emitted for the answers to LIST, STATUS and MYRIGHTS. The latter two by `FolderListing.key`.
    static func folders(
        _ entries: [Imap.ListEntry], _ statuses: [[UInt8]: Imap.MailboxStatus] = [:], _ rights: [[UInt8]: String] = [:],
        _ namespaces: Imap.Namespaces = Imap.Namespaces(), condStore: Bool = false, isUTF8: Bool = false
    ) -> [Record] {
        // By octets: as texts, é in one character and in two are the same.
        var seen: Set<[UInt8]> = []
        var folders: [(entry: Imap.ListEntry, path: String)] = []
        for entry in entries {
            let path = self.path(entry, isUTF8: isUTF8)
            guard !path.isEmpty, entry.name.count <= longest, !entry.name.contains(0),
                seen.insert(Array(path.utf8)).inserted
            else { continue }
            folders.append((entry, path))
        }
        let inbox = Array("INBOX".utf8)
        if !seen.contains(inbox) {
            folders.insert((Imap.ListEntry(attributes: [], delimiter: nil, name: inbox), "INBOX"), at: 0)
        }
        let kinds = folders.map { namespaces.kind(of: $0.entry) }
        let own = folders.indices.filter { kinds[$0] == .personal }
        var roles: [Int: FolderRole] = [:]
        for (index, role) in zip(own, FolderRole.roles(own.map { (folders[$0].path, folders[$0].entry) })) {
            roles[index] = role
        }
        return folders.indices.map { index in
            let (entry, path) = folders[index]
            let rights = rights[FolderListing.key(entry.name)]
            // Without the right to read it, it cannot be opened (RFC 4314, section 4).
            let isSelectable = FolderListing.isSelectable(entry) && rights?.utf8.contains(0x72) != false
            var record = Record(["path": .text(path), "native": .bytes(entry.name)])
            record.set("delimiter", entry.delimiter)
            record.set("selectable", isSelectable ? 1 : 0)
            record.set("role", roles[index]?.rawValue)
            record.set("namespace", kinds[index].rawValue)
            record.set("rights", rights)
            if isSelectable, let status = statuses[FolderListing.key(entry.name)] {
                record.set("messages", status.counters["MESSAGES"].map { Int64(clamping: $0) })
                record.set("stable", status.objectID)
                if let counters = FolderStatus.text(status, condStore: condStore) {
                    record["status"] = .bytes(counters.text)
                    record.set("status_ms", counters.believedFor)
                }
            }
            return record
        }
    }

    private static func path(_ entry: Imap.ListEntry, isUTF8: Bool) -> String {
        if entry.isInbox { return "INBOX" }
        if isUTF8, let path = String(validating: entry.name, as: UTF8.self) { return path }
        return Imap.MailboxName.decode(entry.name)
    }
}

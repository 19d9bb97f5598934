import Base
import PluginKit
import Wire

/// The folders of an account (LIST: RFC 9051, section 6.3.9; special use: RFC 6154).
struct FolderList {
    private static let bound = 100_000

    private let host: Host
    private let connection: ImapConnection

    init(_ host: Host, _ connection: ImapConnection) {
        self.host = host
        self.connection = connection
    }

    /// Emits every folder, INBOX even where the server leaves it out.
    func emit() throws(Failure) {
        var entries: [Imap.ListEntry] = []
        let capabilities = connection.capabilities
        let asks =
            capabilities.has("SPECIAL-USE") && (capabilities.has("LIST-EXTENDED") || capabilities.has("IMAP4REV2"))
        func take(_ response: Imap.Response) {
            if case .list(let entry) = response, entries.count < Self.bound { entries.append(entry) }
        }
        if asks {
            let status = try connection.run(host, .list(pattern: "*", returning: ["SPECIAL-USE"]), take)
            if status.kind != .ok {
                entries.removeAll()
                try connection.must(host, .list(pattern: "*", returning: []), take)
            }
        } else {
            try connection.must(host, .list(pattern: "*", returning: []), take)
        }
        for folder in Self.folders(entries) { try host.emit("folder", folder) }
    }

    /// What is emitted for the answers to LIST.
    static func folders(_ entries: [Imap.ListEntry]) -> [Record] {
        // By octets: as texts, é in one character and in two are the same.
        var seen: Set<[UInt8]> = []
        var folders: [(record: Record, entry: Imap.ListEntry, path: String)] = []
        for entry in entries {
            let path = self.path(entry)
            guard !path.isEmpty, seen.insert(Array(path.utf8)).inserted else { continue }
            var record = Record(["path": .text(path), "native": .bytes(entry.name)])
            record.set("delimiter", entry.delimiter)
            record.set("selectable", entry.has("\\Noselect") || entry.has("\\NonExistent") ? 0 : 1)
            folders.append((record, entry, path))
        }
        let name = Array("INBOX".utf8)
        if !seen.contains(name) {
            let record = Record(["path": .text("INBOX"), "native": .bytes(name), "selectable": .int(1)])
            folders.insert((record, Imap.ListEntry(attributes: [], delimiter: nil, name: name), "INBOX"), at: 0)
        }
        let roles = FolderRole.roles(folders.map { ($0.path, $0.entry) })
        return folders.enumerated().map { index, folder in
            var record = folder.record
            if let role = roles[index] { record.set("role", role.rawValue) }
            return record
        }
    }

    /// INBOX in any case is INBOX (RFC 9051, section 5.1).
    private static func path(_ entry: Imap.ListEntry) -> String {
        let path = Imap.MailboxName.decode(entry.name)
        return path.count == 5 && path.uppercased() == "INBOX" ? "INBOX" : path
    }
}

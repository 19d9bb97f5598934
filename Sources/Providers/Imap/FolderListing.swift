import Base
import CMailroom
import PluginKit
import Wire

/// What the server says of its folders, asked in as few round trips as it allows: one, where it has LIST-STATUS.
final class FolderListing {
    /// Folders that are believed.
    private static let bound = 100_000
    /// The namespaces that show their folders only when they are named, with octets 0 between them.
    private static let state = "imap.namespaces"
    private static let mostHidden = 20
    /// Folders of others whose rights are asked for one by one.
    private static let mostRights = 2000

    private(set) var entries: [Imap.ListEntry] = []
    /// By `key` of the folder's name.
    private(set) var statuses: [[UInt8]: Imap.MailboxStatus] = [:]
    private(set) var rights: [[UInt8]: String] = [:]
    private(set) var namespaces = Imap.Namespaces()

    private let host: Host
    private let connection: ImapConnection
    private let capabilities: Imap.Capabilities
    /// Rows of LIST that could not be read, or were too many.
    private var damaged = 0

    init(_ host: Host, _ connection: ImapConnection) {
        self.host = host
        self.connection = connection
        capabilities = connection.capabilities
    }

    /// - Throws: `MR_E_PROTOCOL` where the list cannot be read whole: a folder that is not in it would be gone.
    func run() throws(Failure) {
        if connection.namespaces == nil {
            connection.namespaces = Imap.Namespaces()
            if capabilities.has("NAMESPACE") { _ = try connection.queue(.namespace) }
        }
        let before = try hidden()
        try list([Array("*".utf8)] + before.map { $0 + [0x2a] })
        namespaces = connection.namespaces ?? Imap.Namespaces()
        // Some list the folders of others only where their namespace is named.
        let named = (namespaces.others + namespaces.shared).map(\.prefix).filter { prefix in
            !prefix.isEmpty && !prefix.contains(0x2a) && !prefix.contains(0x25) && !before.contains(prefix)
                && !entries.contains { $0.name.starts(with: prefix) }
        }
        if !named.isEmpty {
            try list(named.map { $0 + [0x2a] }, isOptional: true)
            try host.putState(Self.state, Array((before + named).joined(separator: [0])))
        }
        try askStatus()
        try askRights()
    }

    // MARK: LIST

    /// Namespaces that had to be named before: asked for at once, so that it costs no second round trip.
    private func hidden() throws(Failure) -> [[UInt8]] {
        guard capabilities.has("NAMESPACE"), let kept = try host.state(Self.state) else { return [] }
        return kept.split(separator: 0).prefix(Self.mostHidden).map { Array($0) }
    }

    private var options: [String] {
        var options: [String] = []
        let extended = capabilities.has("LIST-EXTENDED") || capabilities.has("LIST-STATUS")
        if extended, capabilities.has("SPECIAL-USE") { options.append("SPECIAL-USE") }
        if capabilities.has("LIST-STATUS") { options.append("STATUS (\(statusItems.joined(separator: " ")))") }
        if extended, capabilities.has("LIST-MYRIGHTS") { options.append("MYRIGHTS") }
        return options
    }

    /// Lists what fits these patterns. A refusal of the first is thrown, unless it is optional, too; one of the others means
    /// that there is nothing.
    private func list(_ patterns: [[UInt8]], isOptional: Bool = false) throws(Failure) {
        let before = entries
        let isWhole = try ask(patterns, returning: options, isOptional: isOptional)
        if !isWhole {
            // Without the options that it does not understand; or because a row could not be read.
            entries = before
            _ = try ask(patterns, returning: [], isOptional: isOptional)
        }
        if damaged > 0 {
            throw Failure(MR_E_PROTOCOL, "the server's list of folders cannot be read whole, twice in a row")
        }
    }

    /// False where it is to be asked again: the server refused the options, or a row could not be read.
    private func ask(
        _ patterns: [[UInt8]], returning options: [String], isOptional: Bool
    ) throws(Failure) -> Bool {
        damaged = 0
        let commands = patterns.map { Imap.Command.list(pattern: $0, returning: options) }
        let statuses = try connection.batch(host, commands, take)
        let isRefused = statuses.contains { $0.kind != .ok }
        if let first = statuses.first, first.kind != .ok, options.isEmpty, !isOptional {
            throw Imap.Refusal.failure(first, step: "list")
        }
        return damaged == 0 && !(isRefused && !options.isEmpty)
    }

    private func take(_ response: Imap.Response) {
        switch response {
        case .list(let entry):
            if entries.count < Self.bound { entries.append(entry) } else { damaged += 1 }
        case .mailboxStatus(let status): statuses[Self.key(status.name)] = status
        case .myRights(let rights): self.rights[Self.key(rights.name)] = rights.rights
        case .namespaces(let found): connection.namespaces = found
        case .damaged("LIST", _): damaged += 1
        default: break
        }
    }

    // MARK: STATUS and MYRIGHTS

    private var statusItems: [String] {
        var items = ["MESSAGES", "UIDNEXT", "UIDVALIDITY"]
        // Without MODSEQs: the one counter that flags move.
        items.append(capabilities.condstore ? "HIGHESTMODSEQ" : "UNSEEN")
        if capabilities.has("OBJECTID"), !connection.quirks.hasWrongMailboxIDs { items.append("MAILBOXID") }
        return items
    }

    /// Where LIST-STATUS did not bring it: for the user's own folders, which are those that are synced unasked.
    private func askStatus() throws(Failure) {
        if capabilities.has("LIST-STATUS"), !statuses.isEmpty { return }
        var seen: Set<[UInt8]> = []
        var names = entries.filter { entry in
            Self.isSelectable(entry) && namespaces.kind(of: entry) == .personal
                && seen.insert(Self.key(entry.name)).inserted
        }.map(\.name)
        if !entries.contains(where: \.isInbox) { names.insert(Array("INBOX".utf8), at: 0) }
        _ = try connection.batch(host, names.map { .status(mailbox: $0, items: statusItems) }, take)
    }

    private func askRights() throws(Failure) {
        guard capabilities.has("ACL"), rights.isEmpty else { return }
        let names = entries.filter { Self.isSelectable($0) && namespaces.kind(of: $0) != .personal }.map(\.name)
        _ = try connection.batch(host, names.prefix(Self.mostRights).map { .myRights(mailbox: $0) }, take)
    }

    /// A name under which status and rights are kept: INBOX has one spelling.
    static func key(_ name: [UInt8]) -> [UInt8] {
        Imap.ListEntry(attributes: [], delimiter: nil, name: name).isInbox ? Array("INBOX".utf8) : name
    }

    static func isSelectable(_ entry: Imap.ListEntry) -> Bool {
        !entry.has("\\Noselect") && !entry.has("\\NonExistent")
    }
}

extension Imap.ListEntry {
    /// INBOX in any case is INBOX (RFC 9051, section 5.1).
    var isInbox: Bool { name.count == 5 && String(decoding: name, as: UTF8.self).uppercased() == "INBOX" }
}

extension Imap.Namespaces {
    enum Kind: String {
        case personal, other, shared
    }

    /// Whose folder it is: the namespace with the longest prefix that fits has it.
    func kind(of entry: Imap.ListEntry) -> Kind {
        if entry.isInbox { return .personal }
        var best: (kind: Kind, length: Int) = (.personal, -1)
        for (kind, spaces) in [(Kind.personal, personal), (.other, others), (.shared, shared)] {
            for space in spaces where space.prefix.count > best.length {
                // An empty one is nobody else's.
                if space.prefix.isEmpty, kind != .personal { continue }
                var prefix = space.prefix[...]
                if !entry.name.starts(with: prefix) {
                    // The root itself, which has no delimiter at its end.
                    guard let delimiter = space.delimiter,
                        prefix.suffix(delimiter.utf8.count) == Array(delimiter.utf8)[...]
                    else { continue }
                    prefix = prefix.dropLast(delimiter.utf8.count)
                    guard entry.name[...] == prefix, !prefix.isEmpty else { continue }
                }
                best = (kind, space.prefix.count)
            }
        }
        return best.kind
    }
}

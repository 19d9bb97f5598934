import Base
import CMailroom
import PluginKit
import Wire

/// Looks for a message of one folder by its Message-ID.
struct MessageLookup {
    struct Found: Equatable {
        let uid: UInt32
        /// RFC822.SIZE, where the server says it.
        let size: Int64?
    }

    /// Messages with the same Message-ID that are looked at, and newest messages that a search may not know yet.
    private static let bound = 50

    private let host: Host
    private let connection: ImapConnection
    /// Without its brackets.
    private let messageID: [UInt8]

    /// Nil where there is nothing to look for: no Message-ID, or one that no command can name.
    init?(_ host: Host, _ connection: ImapConnection, _ messageID: String?) {
        let bare = Self.bare(messageID ?? "")
        guard !bare.isEmpty, bare.utf8.count <= 900, bare.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            return nil
        }
        self.host = host
        self.connection = connection
        self.messageID = Array(bare.utf8)
    }

    /// The identifier without brackets and blanks around it.
    static func bare(_ messageID: String) -> String {
        let bytes = Array(messageID.utf8)
        guard let first = bytes.firstIndex(where: { $0 > 0x20 && $0 != 0x3c }),
            let last = bytes.lastIndex(where: { $0 > 0x20 && $0 != 0x3e }), first <= last
        else { return "" }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }

    static func same(_ first: String?, _ second: String?) -> Bool {
        guard let first, let second else { return false }
        let bare = bare(first)
        return !bare.isEmpty && bare == Self.bare(second)
    }

    /// The messages of the folder, which is opened read-only for it. A folder that cannot be opened has none.
    ///
    /// A server's index may not know yet what came a moment ago: where a search finds nothing, the newest are looked at.
    func find(_ folder: Fields) throws(Failure) -> [Found] {
        let mailbox = connection.name(of: folder)
        guard try connection.run(host, .examine(mailbox: mailbox, .plain)).kind == .ok else { return [] }
        var uids: [UInt32] = []
        // What the server does not search for is looked for by hand.
        _ = try connection.run(host, .uidSearchMessageID([0x3c] + messageID + [0x3e])) { response in
            guard case .search(let result) = response else { return }
            for range in result.all.ranges.reversed() {
                for uid in range.reversed() where uids.count < Self.bound { uids.append(uid) }
                if uids.count >= Self.bound { break }
            }
        }
        let items = ["UID", "RFC822.SIZE", "ENVELOPE"]
        if !uids.isEmpty {
            let found = try fetch(.uidFetch(Imap.NumberSet(uids), items: items, changedSince: nil))
            if !found.isEmpty { return found }
        }
        let exists = connection.dialogue.mailbox?.exists ?? 0
        guard exists > 0 else { return [] }
        let first = exists > UInt32(Self.bound) ? exists - UInt32(Self.bound) + 1 : 1
        return try fetch(.fetch(Imap.NumberSet(first...exists), items: items))
    }

    private func fetch(_ command: Imap.Command) throws(Failure) -> [Found] {
        let wanted = String(decoding: messageID, as: UTF8.self)
        var found: [Found] = []
        _ = try connection.run(host, command) { response in
            guard case .fetch(let data) = response, let uid = data.uid, uid > 0, found.count < Self.bound,
                Self.same(data.envelope?.messageID, wanted), !found.contains(where: { $0.uid == uid })
            else { return }
            found.append(Found(uid: uid, size: data.size))
        }
        return found.sorted { $0.uid < $1.uid }
    }
}

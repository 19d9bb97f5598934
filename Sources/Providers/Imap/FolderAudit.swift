import Base
import CMailroom
import PluginKit
import Wire

/// Lists every message of a folder for the audit, as the server has it now. Nothing is remembered but which UIDs were
/// listed: memory does not follow the mailbox's size.
struct FolderAudit {
    /// Messages that are asked for in one command.
    private static let messages: UInt32 = 1000
    /// Commands in flight.
    private static let ahead = 2

    private let host: Host
    private let connection: ImapConnection
    private let folder: Fields

    init(_ host: Host, _ connection: ImapConnection, _ folder: Fields) {
        self.host = host
        self.connection = connection
        self.folder = folder
    }

    /// - Throws: `MR_E_PROTOCOL` where the server does not say of all its messages what they are: an audit must not be
    ///   green because it did not look.
    func run() throws(Failure) {
        let sync = FolderSync(host, connection, folder)
        try sync.open()
        guard sync.mailbox.existsAtSelect > 0 else { return }
        let cuts = try connection.uids(
            host, of: RangePlan.cuts(exists: sync.mailbox.existsAtSelect, every: Self.messages))
        let ranges = RangePlan.ranges(1...UInt32.max, cuts: cuts)
        var items = MessageFacts.items(connection.capabilities, messageID: true, header: false)
        // Dates say what the folder does not keep, where there is such a thing.
        if folder.int("since") == nil { items.removeAll { $0 == "INTERNALDATE" } }
        var listed = Imap.NumberSet()
        var isDoubtful = false
        var inFlight: Set<Imap.Dialogue.Tag> = []
        var next = 0
        while next < ranges.count || !inFlight.isEmpty {
            while next < ranges.count, inFlight.count < Self.ahead {
                let set = Imap.NumberSet(ranges[next])
                inFlight.insert(try connection.start(host, .uidFetch(set, items: items, changedSince: nil)))
                next += 1
            }
            switch try connection.next(host) {
            case .event(.untagged(.fetch(let data))): try list(data, &listed)
            case .event(.untagged(.damaged)): isDoubtful = true
            case .event(.done(let tag, let status)):
                inFlight.remove(tag)
                if status.kind == .ok { continue }
                guard Imap.Refusal.isOnlyMissing(status) else { throw Imap.Refusal.failure(status, step: "fetch") }
                isDoubtful = true
            case .event, .body: continue
            }
        }
        if isDoubtful || listed.count < Int(sync.mailbox.existsAtSelect) { try complete(sync, &listed, items) }
    }

    private func list(_ data: Imap.FetchData, _ listed: inout Imap.NumberSet) throws(Failure) {
        // A FETCH that was not asked for (flags changed meanwhile) does not say all of it.
        guard let uid = data.uid, uid > 0, let flags = data.flags, !listed.contains(uid),
            data.size != nil || !data.sections.isEmpty
        else { return }
        listed.insert(uid)
        let facts = MessageFacts(data, nil, keepsHeader: false)
        var record = Record(["ref": .text("\(uid)"), "flags": .text(FlagText.join(flags))])
        record.set("size", facts.size)
        record.set("message_id", facts.messageID)
        record.set("stable", facts.stable)
        record.set("internal_date", facts.date)
        try host.emit("listed", record)
    }

    /// Asks for those that were left out, one by one; what cannot be read even then is listed by its UID alone.
    private func complete(
        _ sync: FolderSync, _ listed: inout Imap.NumberSet, _ items: [String]
    ) throws(Failure) {
        guard let present = try connection.uids(host, sync.regions(1...UInt32.max)) else {
            throw Failure(MR_E_PROTOCOL, "the server's list of messages cannot be read")
        }
        for uid in present.subtracting(listed).ranges.joined() {
            let set = Imap.NumberSet(uid...uid)
            var found: Imap.FetchData?
            var isDamaged = false
            let status = try connection.run(host, .uidFetch(set, items: items, changedSince: nil)) { response in
                if case .fetch(let data) = response, data.uid == uid { found = data }
                if case .damaged = response { isDamaged = true }
            }
            let failure = Imap.Refusal.failure(status, step: "fetch")
            if status.kind != .ok, !Imap.Refusal.isOwn(failure) { throw failure }
            if let found { try list(found, &listed) }
            if !listed.contains(uid), status.kind != .ok || found != nil || isDamaged {
                listed.insert(uid)
                try host.emit("listed", Record(["ref": .text("\(uid)")]))
            }
        }
    }
}

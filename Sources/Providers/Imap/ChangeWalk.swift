import Base
import CMailroom
import PluginKit
import Wire

/// What became of the messages that the store has: their flags, and whether they are still there.
struct ChangeWalk {
    /// Messages that are compared at a time.
    private static let messages = 1000

    private let sync: FolderSync
    private let host: Host
    private let connection: ImapConnection
    private let high: UInt32

    /// `upTo`: the largest UID that the store had before this sync.
    init(_ sync: FolderSync, upTo high: UInt32) {
        self.sync = sync
        host = sync.host
        connection = sync.connection
        self.high = high
    }

    /// The flags that changed since a MODSEQ (RFC 7162, section 3.1.4.1).
    func changed(since modSeq: UInt64) throws(Failure) {
        guard high > 0, sync.cursor.low <= UInt64(high) else { return }
        let region = UInt32(max(sync.cursor.low, 1))...high
        var parts = [region]
        if let limit = connection.quirks.fetchLimit { parts = try sync.regions(region, every: limit) }
        for part in parts {
            let command = Imap.Command.uidFetch(
                Imap.NumberSet(part), items: ["UID", "FLAGS"], changedSince: modSeq)
            let status = try connection.run(host, command) { (response) throws(Failure) in
                guard case .fetch(let data) = response, let uid = data.uid, let flags = data.flags, part.contains(uid)
                else { return }
                try emit(uid, FlagText.join(flags))
            }
            try check(status)
        }
    }

    /// What was told when the mailbox was opened. `expected`: how many messages there should be if nothing were gone, `count`:
    /// how many there are. Where what was told does not explain the difference, all are looked for.
    func told(_ told: ToldChanges, expecting expected: Int64, of count: Int64) throws(Failure) {
        if told.isIncomplete, let since = told.resync?.modSeq {
            try changed(since: since)
        } else {
            for (uid, flags) in told.flags { try emit(uid, flags) }
        }
        var gone: Int64 = 0
        if told.vanished.count <= Self.messages {
            let uids = told.vanished.ranges.flatMap { Array($0) }
            if !uids.isEmpty { gone = try Int64(settle(uids, [:], [:])) }
        } else {
            try walk { uids in
                let left = uids.filter { !told.vanished.contains($0) }
                return Dictionary(left.map { ($0, nil) }, uniquingKeysWith: { first, _ in first })
            } settled: {
                gone += Int64($0)
            }
        }
        if expected - gone != count {
            try sync.settle()
            try vanished()
        }
    }

    /// Whether messages are there that the store has by its own doing, and that lie above what was synced: of those the
    /// server tells nothing.
    func confirm(_ uids: [UInt32]) throws(Failure) {
        if !uids.isEmpty { _ = try settle(uids.sorted(), [:], [:]) }
    }

    /// Which messages are not there any more. Flags are known to be right.
    func vanished() throws(Failure) {
        guard high > 0, connection.capabilities.has("ESEARCH"),
            let present = try connection.uids(host, sync.regions(1...high))
        else { return try walk { (uids) throws(Failure) in try fetch(uids, withFlags: false) } }
        try walk { uids in
            Dictionary(uids.filter { present.contains($0) }.map { ($0, nil) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// Flags and presence, message by message.
    func compare() throws(Failure) {
        try walk { (uids) throws(Failure) in try fetch(uids, withFlags: true) }
    }

    /// Goes through what the store has. `ask` answers for those that are there: their flags, or nil where they are
    /// not in question. `settled` is told how many are gone.
    private func walk(
        _ ask: ([UInt32]) throws(Failure) -> [UInt32: String?], settled: (Int) -> Void = { _ in }
    ) throws(Failure) {
        try sync.eachKnown { (known) throws(Failure) in
            let uids = known.keys.filter { $0 <= high }.sorted()
            var start = 0
            while start < uids.count {
                let some = Array(uids[start..<min(start + Self.messages, uids.count)])
                start += some.count
                settled(try settle(some, known, ask(some)))
            }
        }
    }

    /// - Returns: how many are gone.
    private func settle(
        _ uids: [UInt32], _ known: [UInt32: String], _ present: [UInt32: String?]
    ) throws(Failure) -> Int {
        var missing = uids.filter { present[$0] == nil }
        if !missing.isEmpty {
            // Asked a second time before mail is called gone: an answer may have been unreadable, or wrong.
            let still = try fetch(missing, withFlags: false)
            missing.removeAll { still[$0] != nil }
        }
        for uid in uids {
            if case .some(.some(let flags)) = present[uid], let before = known[uid], !FlagText.same(flags, before) {
                try emit(uid, flags)
            }
        }
        for uid in missing { try sync.emit("gone", Record(["ref": .text("\(uid)")])) }
        return missing.count
    }

    private func emit(_ uid: UInt32, _ flags: String) throws(Failure) {
        try sync.emit("flags", Record(["ref": .text("\(uid)"), "flags": .text(flags)]))
    }

    /// What the server has of these, with their flags where they are in question. Close ones are asked as one range.
    private func fetch(_ uids: [UInt32], withFlags: Bool) throws(Failure) -> [UInt32: String?] {
        guard let first = uids.first, let last = uids.last else { return [:] }
        let isDense = Int(last - first) < uids.count * 2
        let sets = isDense ? [Imap.NumberSet(first...last)] : Imap.NumberSet(uids).split()
        let items = withFlags ? ["UID", "FLAGS"] : ["UID"]
        var found: [UInt32: String?] = [:]
        for set in sets {
            let status = try connection.run(host, .uidFetch(set, items: items, changedSince: nil)) { response in
                guard case .fetch(let data) = response, let uid = data.uid, set.contains(uid) else { return }
                found[uid] = .some(withFlags ? data.flags.map { FlagText.join($0) } ?? found[uid] ?? nil : nil)
            }
            try check(status)
            // After such a NO nothing is known of those that were not given.
            if status.kind != .ok {
                let search = Imap.Command.uidSearch("UID \(set.text)")
                try connection.must(host, search) { response in
                    guard case .search(let result) = response else { return }
                    for uid in uids where result.all.contains(uid) && found[uid] == nil { found[uid] = .some(nil) }
                }
            }
        }
        return found
    }

    private func check(_ status: Imap.Status) throws(Failure) {
        if status.kind != .ok, !Imap.Refusal.isOnlyMissing(status) {
            throw Imap.Refusal.failure(status, step: "fetch")
        }
    }
}

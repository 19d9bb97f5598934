import Base
import CMailroom
import PluginKit
import Wire

/// Brings one folder up to date: what is new, what changed, then what the first sync has not reached yet.
final class FolderSync {
    /// Without CONDSTORE, counters that did not move are believed for so long (ms): flags may have changed.
    static let walkInterval: Int64 = 30 * 60 * 1000
    /// Messages whose UIDs are asked for in one line, however far they are apart: 11 octets each.
    static let searched: UInt32 = 20_000
    private static let day: Int64 = 86_400_000

    let host: Host
    let connection: ImapConnection
    let folder: Fields
    private(set) var mailbox = Imap.SelectedMailbox(name: [])
    var cursor = SyncCursor(uidValidity: 0, high: 0, exists: 0, modSeq: 0, walkedAt: 0)
    /// Whether Message-IDs are asked for, because the host may know a message by another name.
    private(set) var asksMessageID = false
    /// Whether the host decides by the header what it wants.
    let asksHeader: Bool
    /// What was received before is not asked for: ms since 1970; 0: all is.
    private var since: Int64
    /// Whether something was found since the last commit.
    private var isDirty = false
    /// Messages of the folder that are done, of `mailbox.existsAtSelect`.
    private var done: Int64 = 0

    init(_ host: Host, _ connection: ImapConnection, _ folder: Fields) {
        self.host = host
        self.connection = connection
        self.folder = folder
        asksMessageID = folder.int("ask") == 1
        asksHeader = folder.int("header") == 1
        since = max(folder.int("since") ?? 0, 0)
    }

    func run(_ bytes: [UInt8]) throws(Failure) {
        let previous = bytes.isEmpty ? nil : try SyncCursor(bytes)
        let isWalk = folder.int("walk") == 1
        var told = ToldChanges(previous)
        mailbox = try connection.examine(host, folder, since: isWalk ? nil : told.resync) { told.take($0) }
        if let previous, previous.uidValidity == mailbox.uidValidity ?? 0 {
            cursor = previous
            if previous.since > since {
                // Older mail is wanted now: the host says of each whether it has it.
                cursor.low = UInt64(cursor.high) + 1
                cursor.since = since
            }
            try delta(told, isWalk: isWalk)
            try backfill(isNew: false)
        } else {
            try begin(isFirst: previous == nil)
            try backfill(isNew: true)
        }
    }

    /// Opens the mailbox and does nothing else.
    func open() throws(Failure) { mailbox = try connection.examine(host, folder) }

    func commit() throws(Failure) {
        try host.commit(cursor.bytes)
        isDirty = false
    }

    /// Stores what was found, so that the host's own pages know it.
    func settle() throws(Failure) { if isDirty { try commit() } }

    /// Hands over what became of a message that the store has.
    func emit(_ kind: String, _ record: Record) throws(Failure) {
        isDirty = true
        if try host.emit(kind, record) { try commit() }
    }

    /// One message more is done.
    func progress() {
        done += 1
        if done % 50 == 0 { report() }
    }

    private func report() {
        let total = Int64(mailbox.existsAtSelect)
        host.progress(done: min(done, total), total: total)
    }

    // MARK: The three parts

    /// The first time, or after UIDVALIDITY changed: nothing that is in the store can be told by its UID.
    private func begin(isFirst: Bool) throws(Failure) {
        // Without a cursor the store is empty, or its references are of a time that nobody remembers.
        let isVoid = try isFirst ? !host.known(folder, after: 0).items.isEmpty : true
        if isVoid {
            try host.emit("reset")
            // The messages are known still, by their Message-IDs; also older ones, stored by a wider rule, which no search
            // would show, and which would then be taken for gone.
            asksMessageID = true
            since = 0
        }
        cursor = counted(SyncCursor(uidValidity: 0, high: try top(), exists: 0, modSeq: 0, walkedAt: 0))
        cursor.walkedAt = host.now(wall: true)
        cursor.since = since
        if isVoid { try commit() }
    }

    /// What is new, and what changed since.
    private func delta(_ told: ToldChanges, isWalk: Bool) throws(Failure) {
        let before = cursor
        let top = try top()
        var found = 0
        if top > before.high {
            let cuts = top - before.high > RangePlan.messages ? try self.cuts() : []
            let ranges = RangePlan.ranges(before.high + 1...top, cuts: cuts)
            found = try RangeFetch(self, ranges, .new).run()
        } else if top < before.high {
            // A server that took numbers back: what has the same number now may be another message.
            cursor.high = top
            cursor.low = min(cursor.low, UInt64(top) + 1)
        }
        let expected = Int64(before.exists) + Int64(found)
        let isExpunged = expected != Int64(mailbox.existsAtSelect) || top < before.high
        let now = host.now(wall: true)
        let walk = ChangeWalk(self, upTo: before.high)
        try walk.confirm(folder.items("placed").compactMap { UInt32($0.text("ref") ?? "") }.filter { $0 > before.high })
        // A MODSEQ that went down, or was not there before, is no measure of what changed until now.
        let isLost = mailbox.highestModSeq.map { $0 < before.modSeq || before.modSeq == 0 } ?? (before.modSeq > 0)
        var gone: Int64 = 0
        if isWalk {
            _ = try walk.compare()
            try heal(upTo: min(before.high, top))
            cursor.walkedAt = now
        } else if !isLost, before.modSeq > 0, let modSeq = mailbox.highestModSeq {
            if connection.hasResynced, top >= before.high {
                gone = try walk.told(told, expecting: expected, of: Int64(mailbox.existsAtSelect))
            } else {
                if modSeq > before.modSeq { try walk.changed(since: before.modSeq) }
                if isExpunged { gone = try walk.vanished() }
            }
        } else if isExpunged || isLost || now - before.walkedAt >= Self.walkInterval || now < before.walkedAt {
            gone = try walk.compare()
            cursor.walkedAt = now
        }
        if !isWalk, Int64(mailbox.existsAtSelect) > expected - gone {
            // The server has more than it told: an answer may have left a message out.
            try settle()
            try heal(upTo: top)
        }
        cursor = counted(cursor)
        if isDirty || cursor != before { try commit() }
    }

    /// Fetches what the server has and the store should have, and has not.
    private func heal(upTo high: UInt32) throws(Failure) {
        guard high > 0, cursor.low <= UInt64(high) else { return }
        let region = UInt32(max(cursor.low, 1))...high
        guard let present = try connection.uids(host, regions(region), matching: sinceSearch) else { return }
        var known = Imap.NumberSet()
        try eachKnown { uids in for uid in uids.keys.sorted() { known.insert(uid) } }
        let missing = present.subtracting(known)
        if missing.isEmpty { return }
        let ranges = RangePlan.ranges(around: missing, of: present)
        _ = try RangeFetch(self, ranges.reversed(), .heal).run()
    }

    private func backfill(isNew: Bool) throws(Failure) {
        if !cursor.isComplete, cursor.low <= UInt64(UInt32.max) + 1 {
            let region = 1...UInt32(cursor.low - 1)
            let numbers = RangePlan.cuts(exists: mailbox.existsAtSelect)
            let cuts = try connection.uids(host, of: numbers)
            done = Int64(mailbox.existsAtSelect)
            if cuts.count == numbers.count {
                // The messages below the first cut at or above `low` are what remains.
                let index = cuts.firstIndex { UInt64($0) >= cursor.low }
                done -= Int64(index.map { numbers[$0] - 1 } ?? mailbox.existsAtSelect)
            }
            report()
            var ranges = RangePlan.ranges(region, cuts: cuts)
            if let recent = try recent(region) {
                ranges.removeAll { range in !recent.ranges.contains { $0.overlaps(range) } }
            }
            let found = try RangeFetch(self, ranges.reversed(), .backfill).run()
            // All of it was asked for in this sync: an answer may have left a message out.
            if isNew, since == 0, found < Int(mailbox.existsAtSelect) { try heal(upTo: cursor.high) }
            if !cursor.isComplete {
                // Below is nothing that is to be kept.
                cursor.low = 1
                try host.emit("complete")
                try commit()
            }
        } else if isNew {
            // An empty mailbox has its oldest message from the beginning.
            try host.emit("complete")
            try commit()
        }
        done = Int64(mailbox.existsAtSelect)
        report()
    }

    // MARK: Asking

    /// All messages that the store has of the folder, page by page, with their flags.
    func eachKnown(_ body: ([UInt32: String]) throws(Failure) -> Void) throws(Failure) {
        var after: Int64 = 0
        repeat {
            let page = try host.known(folder, after: after)
            guard page.next == 0 || page.next > after else {
                throw Failure(MR_E_INTERNAL, "the pages of known messages do not end")
            }
            after = page.next
            var known: [UInt32: String] = [:]
            for item in page.items { if let uid = UInt32(item.ref) { known[uid] = item.flags } }
            try body(known)
        } while after != 0
    }

    /// The region in parts of so many messages: by default so few that the server can list their UIDs in one line.
    func regions(
        _ region: ClosedRange<UInt32>, every messages: UInt32 = searched
    ) throws(Failure) -> [ClosedRange<UInt32>] {
        let numbers = RangePlan.cuts(exists: mailbox.existsAtSelect, every: messages)
        return RangePlan.ranges(region, cuts: numbers.isEmpty ? [] : try connection.uids(host, of: numbers))
    }

    /// The messages that are new enough: nil where all are, or where the server cannot say.
    private func recent(_ region: ClosedRange<UInt32>) throws(Failure) -> Imap.NumberSet? {
        if sinceSearch.isEmpty { return nil }
        do throws(Failure) {
            return try connection.uids(host, regions(region), matching: sinceSearch)
        } catch {
            guard Imap.Refusal.isOwn(error), connection.isIdle else { throw error }
            return nil
        }
    }

    /// SINCE looks at the date in the server's own zone: a day more is asked for, and the host looks at the time.
    private var sinceSearch: String {
        since > 0 ? Imap.InternalDate.day(since - Self.day).map { "SINCE \($0)" } ?? "" : ""
    }

    private func counted(_ cursor: SyncCursor) -> SyncCursor {
        var cursor = cursor
        cursor.uidValidity = mailbox.uidValidity ?? 0
        cursor.exists = mailbox.existsAtSelect
        cursor.modSeq = mailbox.highestModSeq ?? 0
        return cursor
    }

    /// The largest UID that a message had when the mailbox was opened; 0 where there was none.
    private func top() throws(Failure) -> UInt32 {
        if let next = mailbox.uidNext { return next - 1 }
        guard mailbox.existsAtSelect > 0 else { return cursor.high }
        return try connection.uids(host, of: [mailbox.existsAtSelect]).last ?? cursor.high
    }

    private func cuts() throws(Failure) -> [UInt32] {
        try connection.uids(host, of: RangePlan.cuts(exists: mailbox.existsAtSelect))
    }
}

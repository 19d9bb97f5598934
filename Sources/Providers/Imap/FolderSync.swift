import Base
import CMailroom
import PluginKit
import Wire

/// Brings one folder up to date: what is new, what changed, then what the first sync has not reached yet.
final class FolderSync {
    /// Without CONDSTORE, counters that did not move are believed for so long (ms): flags may have changed.
    private static let walkInterval: Int64 = 30 * 60 * 1000

    let host: Host
    let connection: ImapConnection
    let folder: Fields
    private(set) var mailbox = Imap.SelectedMailbox(name: [])
    var cursor = SyncCursor(uidValidity: 0, high: 0, exists: 0, modSeq: 0, walkedAt: 0)
    /// Whether something was found since the last commit.
    private var isDirty = false
    /// Messages of the folder that are done, of `mailbox.existsAtSelect`.
    private var done: Int64 = 0

    init(_ host: Host, _ connection: ImapConnection, _ folder: Fields) {
        self.host = host
        self.connection = connection
        self.folder = folder
    }

    func run(_ bytes: [UInt8]) throws(Failure) {
        let previous = bytes.isEmpty ? nil : try SyncCursor(bytes)
        mailbox = try connection.examine(host, folder)
        if let previous, previous.uidValidity == mailbox.uidValidity ?? 0 {
            cursor = previous
            try delta()
            try backfill(isNew: false)
        } else {
            try begin(isFirst: previous == nil)
            try backfill(isNew: true)
        }
    }

    func commit() throws(Failure) {
        try host.commit(cursor.bytes)
        isDirty = false
    }

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
        if isVoid { try host.emit("reset") }
        cursor = counted(SyncCursor(uidValidity: 0, high: try top(), exists: 0, modSeq: 0, walkedAt: 0))
        cursor.walkedAt = host.now(wall: true)
        if isVoid { try commit() }
    }

    /// What is new, and what changed since.
    private func delta() throws(Failure) {
        let before = cursor
        let top = try top()
        var found = 0
        if top > before.high {
            let cuts = top - before.high > RangePlan.messages ? try self.cuts() : []
            let ranges = RangePlan.ranges(before.high + 1...top, cuts: cuts)
            found = try RangeFetch(self, ranges, isBackfill: false).run()
        } else if top < before.high {
            // A server that took numbers back: what has the same number now may be another message.
            cursor.high = top
            cursor.low = min(cursor.low, UInt64(top) + 1)
        }
        let expected = Int64(before.exists) + Int64(found)
        let isExpunged = expected != Int64(mailbox.existsAtSelect) || top < before.high
        let now = host.now(wall: true)
        let walk = ChangeWalk(self, upTo: before.high)
        // A MODSEQ that went down, or was not there before, is no measure of what changed until now.
        let isLost = mailbox.highestModSeq.map { $0 < before.modSeq || before.modSeq == 0 } ?? false
        if before.modSeq > 0, let modSeq = mailbox.highestModSeq, modSeq >= before.modSeq {
            if modSeq > before.modSeq { try walk.changed(since: before.modSeq) }
            if isExpunged { try walk.vanished() }
        } else if isExpunged || isLost || now - before.walkedAt >= Self.walkInterval || now < before.walkedAt {
            try walk.compare()
            cursor.walkedAt = now
        }
        cursor = counted(cursor)
        if isDirty || cursor != before { try commit() }
    }

    private func backfill(isNew: Bool) throws(Failure) {
        if !cursor.isComplete, cursor.low <= UInt64(UInt32.max) + 1 {
            let region = 1...UInt32(cursor.low - 1)
            let numbers = RangePlan.cuts(exists: mailbox.existsAtSelect)
            let cuts = try uids(numbers)
            done = Int64(mailbox.existsAtSelect)
            if cuts.count == numbers.count {
                // The messages below the first cut at or above `low` are what remains.
                let index = cuts.firstIndex { UInt64($0) >= cursor.low }
                done -= Int64(index.map { numbers[$0] - 1 } ?? mailbox.existsAtSelect)
            }
            report()
            _ = try RangeFetch(self, RangePlan.ranges(region, cuts: cuts).reversed(), isBackfill: true).run()
        } else if isNew {
            // An empty mailbox has its oldest message from the beginning.
            try host.emit("complete")
            try commit()
        }
        done = Int64(mailbox.existsAtSelect)
        report()
    }

    // MARK: Asking

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
        return try uids([mailbox.existsAtSelect]).last ?? cursor.high
    }

    private func cuts() throws(Failure) -> [UInt32] {
        try uids(RangePlan.cuts(exists: mailbox.existsAtSelect))
    }

    /// The UIDs of these sequence numbers, ascending. Asked with nothing else in flight: sequence numbers shift.
    private func uids(_ numbers: [UInt32]) throws(Failure) -> [UInt32] {
        var uids: [UInt32] = []
        for set in Imap.NumberSet(numbers).split() {
            try connection.must(host, .fetch(set, items: ["UID"])) { response in
                if case .fetch(let data) = response, let uid = data.uid, uid > 0, uids.count < numbers.count {
                    uids.append(uid)
                }
            }
        }
        return uids.sorted()
    }
}

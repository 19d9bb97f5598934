import Base
import CMailroom

extension Store {
    /// Stores what a sync found, in order, with the provider's state and the folder's cursor, in one transaction: all
    /// of it or nothing. It survives the death of the process; after a power cut the last commits may be missing,
    /// together with their cursors, and the next sync finds them again. A durable one survives that, too.
    /// - Returns: how many messages have other flags than before.
    /// - Throws: `MR_E_BUSY` where the lease is lost.
    @discardableResult
    package func commit(_ batch: SyncBatch, lease: Lease) throws(Failure) -> Int64 {
        var items = batch.items[...]
        if let folder = batch.folder {
            let reset = items.lastIndex { if case .reset = $0 { true } else { false } }
            try makeReferencesVoid(in: folder, batch.account, begin: reset != nil, lease)
            // What came before it spoke of references that are no more.
            if let reset { items = items[(reset + 1)...] }
        }
        let prepared = items.map(PreparedItem.init)
        let done = try write(batch.durable ? .full : .normal) {
            (transaction) throws(Failure) -> (more: Bool, flags: Int64) in
            try transaction.require(lease, for: batch.account)
            try transaction.put(batch.state, account: batch.account)
            var (more, flags) = (false, Int64(0))
            if let folder = batch.folder {
                var work = try FolderCommit(transaction, folder: folder, account: batch.account)
                for item in prepared { try work.apply(item) }
                flags = work.counts.flags
                more = try work.finish(batch)
            } else if !batch.items.isEmpty {
                throw Failure(MR_E_INTERNAL, "a batch with messages names no folder")
            }
            if batch.done != nil || batch.total != nil {
                try transaction.setActivity(
                    batch.account, activity: nil, done: batch.done ?? 0, total: batch.total)
            }
            StopPoint.commitBefore.reach()
            return (more, flags)
        }
        StopPoint.commitAfter.reach()
        if done.more, let folder = batch.folder { try dropVoidPlaces(of: folder, batch.account, lease) }
        return done.flags
    }

    /// Removes what a reset left and the folder, complete again, has not shown. Where the process dies in between, the
    /// next commit goes on.
    private func dropVoidPlaces(of folder: Int64, _ account: Int64, _ lease: Lease) throws(Failure) {
        var more = true
        while more {
            StopPoint.slice.reach()
            more = try write(.normal) { (transaction) throws(Failure) -> Bool in
                try transaction.require(lease, for: account)
                var work = try FolderCommit(transaction, folder: folder, account: account)
                return try work.finish(SyncBatch(account: account, folder: folder))
            }
        }
    }

    /// The references that the store holds of a folder, in the order in which they were stored, with the flags that the
    /// server has as far as is known; at most `limit`.
    /// - Parameter after: 0, or `next` of the page before.
    /// - Returns: `next` is 0 after the last.
    package func known(
        folder: Int64, after: Int64, limit: Int
    ) throws(Failure) -> (items: [(ref: String, flags: [String])], next: Int64) {
        let first = PlaceID.first(folder)
        return try read { (db) throws(Failure) in
            if try db.exists("SELECT 1 FROM folder WHERE id = ? AND void_places = ?", folder, Reset.running) {
                return ([], 0)
            }
            let rows = try db.all(
                """
                SELECT id, ref, CASE WHEN wish IS NULL THEN bits ELSE coalesce(server_bits, bits) END,
                  CASE WHEN wish IS NULL OR server_bits IS NULL THEN flags ELSE server_flags END
                FROM place WHERE id > ? AND id <= ? AND ref IS NOT NULL ORDER BY id LIMIT ?
                """, first + max(after, 0), PlaceID.last(folder), max(limit, 1) + 1
            ) { (row) throws(Failure) in
                (row.int(0), row.text(1), FlagSet(bits: row.int(2), keywords: row.optionalText(3)).names)
            }
            let page = rows.prefix(max(limit, 1))
            let next = rows.count > page.count ? page.last.map { PlaceID.number($0.0) } ?? 0 : 0
            return (page.map { ($0.1, $0.2) }, next)
        }
    }

    package func stateGet(account: Int64, key: String) throws(Failure) -> [UInt8]? {
        try read { (db) throws(Failure) in
            try db.first("SELECT value FROM state WHERE account = ? AND key = ?", account, key) {
                (row) throws(Failure) in row.bytes(0)
            }
        }
    }
}

/// 64 bits of a Message-ID (FNV-1a with a finish that spreads them): short keys for the indices. Whoever makes two
/// collide joins two threads, which a References header does as well.
func messageKey(_ messageID: String) -> Int64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in messageID.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash ^= hash >> 32
    hash = hash &* 0xd6e8_feb8_6659_fd93
    hash ^= hash >> 32
    return Int64(bitPattern: hash)
}

extension Transaction {
    /// The provider's own values of an account; nil removes.
    func put(_ state: [(key: String, value: [UInt8]?)], account: Int64) throws(Failure) {
        for (key, value) in state {
            if let value {
                try db.run("INSERT OR REPLACE INTO state(account, key, value) VALUES(?, ?, ?)", account, key, value)
            } else {
                try db.run("DELETE FROM state WHERE account = ? AND key = ?", account, key)
            }
        }
    }
}

import Base
import CMailroom

extension Store {
    /// Stores what a sync found, in order, with the provider's state and the folder's cursor, in one transaction: all
    /// of it or nothing. It survives the death of the process; after a power cut the last commits may be missing,
    /// together with their cursors, and the next sync finds them again.
    /// - Throws: `MR_E_BUSY` where the lease is lost.
    package func commit(_ batch: SyncBatch, lease: Lease) throws(Failure) {
        let prepared = batch.items.map(PreparedItem.init)
        try write(.normal) { (transaction) throws(Failure) in
            try transaction.require(lease, for: batch.account)
            for (key, value) in batch.state {
                if let value {
                    try transaction.db.run(
                        "INSERT OR REPLACE INTO state(account, key, value) VALUES(?, ?, ?)", batch.account, key, value)
                } else {
                    try transaction.db.run("DELETE FROM state WHERE account = ? AND key = ?", batch.account, key)
                }
            }
            if let folder = batch.folder {
                var work = try FolderCommit(transaction, folder: folder, account: batch.account)
                for item in prepared { try work.apply(item) }
                try work.finish(batch)
            } else if !batch.items.isEmpty {
                throw Failure(MR_E_INTERNAL, "a batch with messages names no folder")
            }
            if batch.done != nil || batch.total != nil {
                try transaction.setActivity(
                    batch.account, activity: nil, done: batch.done ?? 0, total: batch.total)
            }
            StopPoint.commitBefore.reach()
        }
        StopPoint.commitAfter.reach()
    }

    /// The references that the store holds of a folder, in the order in which they were stored; at most `limit`.
    /// - Parameter after: 0, or `next` of the page before.
    /// - Returns: `next` is 0 after the last.
    package func known(
        folder: Int64, after: Int64, limit: Int
    ) throws(Failure) -> (items: [(ref: String, flags: [String])], next: Int64) {
        let first = PlaceID.first(folder)
        return try read { (db) throws(Failure) in
            let rows = try db.all(
                """
                SELECT id, ref, bits, flags FROM place WHERE id > ? AND id <= ? AND ref IS NOT NULL ORDER BY id LIMIT ?
                """, first + max(after, 0), PlaceID.last(folder), max(limit, 1) + 1
            ) { (row) throws(Failure) in
                (row.int(0), row.text(1), FlagSet(bits: row.int(2), keywords: row.optionalText(3)).names)
            }
            let page = rows.prefix(max(limit, 1))
            let next = rows.count > page.count ? page.last.map { PlaceID.number($0.0) } ?? 0 : 0
            return (page.map { ($0.1, $0.2) }, next)
        }
    }

    /// True where the folder has the reference, whether with a message or skipped.
    package func hasPlace(folder: Int64, ref: String) throws(Failure) -> Bool {
        try read { (db) throws(Failure) in
            try db.exists("SELECT 1 FROM place WHERE folder = ? AND ref = ?", folder, ref)
        }
    }

    /// A message that is stored already, by what a server tells of it without its body: for adding a place to it
    /// (`SyncItem.known`) instead of fetching it again. Nil unless exactly one message fits.
    package func lookup(messageID: String, size: Int64, receivedAt: Int64?) throws(Failure) -> Int64? {
        try read { (db) throws(Failure) in
            let found = try db.all(
                """
                SELECT id FROM message WHERE message_key = ? AND message_id = ? AND size = ?
                AND (? IS NULL OR received_at = ?) LIMIT 2
                """, messageKey(messageID), messageID, size, receivedAt, receivedAt
            ) { (row) throws(Failure) in row.int(0) }
            return found.count == 1 ? found[0] : nil
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

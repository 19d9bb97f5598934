import Base
import CMailroom

/// Open wishes, for whoever makes them true on the server.
extension Store {
    /// Of a wish `w` at the time ?1: its time has come, the place that it is about has a reference (that is not void), and no older wish
    /// of that place waits for its own time.
    private static let isReady = """
        w.state = 'open' AND coalesce(w.next_attempt, 0) <= ?1
          AND (w.kind = 'append' OR EXISTS (SELECT 1 FROM place p JOIN folder f ON f.id = p.folder
            WHERE p.id = w.place AND p.ref IS NOT NULL AND f.void_places < 2))
          AND NOT EXISTS (SELECT 1 FROM wish o WHERE o.place = w.place AND o.state = 'open' AND o.id < w.id
            AND o.next_attempt > ?1)
        """

    /// Wishes of an account that can be carried out now, the oldest first.
    /// - Parameter after: only those with a greater id.
    package func openWishes(
        _ account: Int64, now: Int64, after: Int64 = 0, limit: Int
    ) throws(Failure) -> [WishRow] {
        try read { (db) throws(Failure) in
            try db.all(
                composed: """
                    SELECT \(WishRow.columns) FROM wish w WHERE w.account = ?2 AND w.id > ?3 AND \(Store.isReady)
                    ORDER BY w.id LIMIT ?4
                    """, [.int(now), .int(account), .int(after), .int(Int64(max(limit, 0)))]
            ) { (row) throws(Failure) in WishRow(row) }
        }
    }

    /// The accounts that have such wishes, and whose server may be asked now.
    package func wishfulAccounts(now: Int64) throws(Failure) -> Set<Int64> {
        try read { (db) throws(Failure) in
            Set(
                try db.all(
                    composed: """
                        SELECT DISTINCT w.account FROM wish w JOIN account a ON a.id = w.account
                        WHERE \(Store.isReady) AND a.erasing = 0 AND a.receives = 1
                          AND (a.state = 'enabled' OR a.state = 'error' AND (a.sync_health = 'ok' OR a.next_attempt <= ?1))
                        """, [.int(now)]
                ) { (row) throws(Failure) in row.int(0) })
        }
    }

    /// When the next wish that was put off is due; nil where none waits for a time.
    package func nextWishAt(after now: Int64) throws(Failure) -> Int64? {
        try read { (db) throws(Failure) in
            try db.int("SELECT min(next_attempt) FROM wish WHERE state = 'open' AND next_attempt > ?", now)
        }
    }

    /// Stores that a wish is about to be carried out: from here on nothing is added to it, and an attempt that is cut off
    /// is known as one. Where doing it twice would do harm, that is on the disk when the verb returns.
    /// - Returns: the wish as it is now; nil where it has ended, or waits for something.
    /// - Throws: `MR_E_BUSY` where the lease is lost.
    package func beginWish(_ id: Int64, lease: Lease) throws(Failure) -> WishRow? {
        guard
            let kind = try read({ (db) throws(Failure) in
                try db.first("SELECT kind FROM wish WHERE id = ?", id) { (row) throws(Failure) in row.text(0) }
            })
        else { return nil }
        let harmless = kind == WishRow.Kind.flags.rawValue || kind == WishRow.Kind.delete.rawValue
        let begun = try write(harmless ? .normal : .full) { (transaction) throws(Failure) -> WishRow? in
            guard let wish = try transaction.wishRow(id) else { return nil }
            try transaction.require(lease, for: wish.account)
            guard wish.kind == .append || wish.ref != nil else { return nil }
            try transaction.db.run("UPDATE wish SET begun = 1, attempts = attempts + 1 WHERE id = ?", id)
            return wish
        }
        StopPoint.wishBegun.reach()
        return begun
    }

    /// Stores what became of a wish that the provider carried out.
    /// - Throws: `MR_E_BUSY` where the lease is lost: nothing is written, and the wish stays open.
    package func finishWish(_ id: Int64, _ found: WishFindings, lease: Lease) throws(Failure) {
        StopPoint.wishApplied.reach()
        try write(.normal) { (transaction) throws(Failure) in
            guard let wish = try transaction.wishRow(id) else { return }
            try transaction.require(lease, for: wish.account)
            for (key, value) in found.state {
                if let value {
                    try transaction.db.run(
                        "INSERT OR REPLACE INTO state(account, key, value) VALUES(?, ?, ?)", wish.account, key, value)
                } else {
                    try transaction.db.run("DELETE FROM state WHERE account = ? AND key = ?", wish.account, key)
                }
            }
            try transaction.finish(wish, found)
        }
        StopPoint.wishFinished.reach()
    }

    /// The server refused a wish, or it was given up: the server's state holds.
    package func loseWish(_ id: Int64, _ failure: Failure, lease: Lease) throws(Failure) {
        try write(.normal) { (transaction) throws(Failure) in
            guard let wish = try transaction.wishRow(id) else { return }
            try transaction.require(lease, for: wish.account)
            try transaction.lose(
                wish, WishLoss(reason: failure.message, cause: failure.cause, serverText: failure.serverText))
        }
        StopPoint.wishFinished.reach()
    }

    /// An attempt failed: it is made again, not before `until`.
    /// - Parameter untilSynced: or as soon as the folder of its place has been synced, which is due at once.
    package func putOffWish(
        _ id: Int64, _ failure: Failure, until: Int64, untilSynced: Bool = false, lease: Lease
    ) throws(Failure) {
        try write(.normal) { (transaction) throws(Failure) in
            guard let wish = try transaction.wishRow(id) else { return }
            try transaction.require(lease, for: wish.account)
            try transaction.db.run(
                "UPDATE wish SET next_attempt = ?, reason = ?, cause = ?, server_text = ?, outcome = ? WHERE id = ?",
                until, failure.message, failure.cause, failure.serverText, untilSynced ? "stale" : nil, id)
            if untilSynced, let folder = wish.folder { try transaction.makeDue(folder, of: wish.account) }
            transaction.change("wish", id, account: wish.account, "changed", "put_off")
        }
    }

    /// To be called when a folder was synced whole: wishes that waited for that can be carried out, and places that wishes
    /// made there, and that this sync, begun at `since`, has not found, are not on the server.
    package func settlePending(folder: Int64, since: Int64, lease: Lease) throws(Failure) {
        let waiting = try read { (db) throws(Failure) in
            try db.exists(
                """
                SELECT 1 FROM place p JOIN folder f ON f.id = p.folder
                WHERE p.folder = ?1 AND p.ref IS NULL AND p.wish IS NOT NULL AND f.complete = 1
                UNION ALL SELECT 1 FROM wish WHERE account = ?2 AND state = 'open' AND outcome = 'stale' AND folder = ?1
                """, folder, lease.account)
        }
        guard waiting else { return }
        try write(.normal) { (transaction) throws(Failure) in
            try transaction.require(lease)
            try transaction.db.run(
                """
                UPDATE wish SET next_attempt = NULL, outcome = NULL
                WHERE account = ? AND state = 'open' AND outcome = 'stale' AND folder = ?
                """, lease.account, folder)
            try transaction.dropUnfound(in: folder, before: since)
        }
    }

    /// The references that wishes gave to places of a folder from a time on: no sync has seen them there yet.
    package func placedRefs(folder: Int64, since: Int64, limit: Int) throws(Failure) -> [String] {
        try read { (db) throws(Failure) in
            try db.all(
                """
                SELECT p.ref FROM wish w JOIN place p ON p.id = w.target_place
                WHERE w.target = ? AND w.state = 'done' AND w.ended_at >= ? AND p.ref IS NOT NULL LIMIT ?
                """, folder, since, limit
            ) { (row) throws(Failure) in row.text(0) }
        }
    }

    /// Removes wishes that ended long ago; as long as the change feed is kept, they are.
    package func sweepWishes() throws(Failure) {
        let old = Clock.wall() - changesKeepMs
        try write(.normal) { (transaction) throws(Failure) in
            try transaction.db.run(
                """
                DELETE FROM wish WHERE id IN (SELECT id FROM wish WHERE state <> 'open' AND ended_at < ? LIMIT 1000)
                """, old)
        }
    }
}

import Base
import CMailroom

/// Whose turn it is, for the schedule: from an index, without looking at every account.
extension Store {
    /// The accounts that are to be synced by now, the longest due first: those that work at their next sync, those whose
    /// sync fails at their next attempt. Not before their connecting has ended well.
    /// - Parameter except: accounts that are being worked on already.
    package func dueAccounts(now: Int64, limit: Int, except: Set<Int64> = []) throws(Failure) -> [Int64] {
        try read { (db) throws(Failure) in
            let most = max(limit, 0) + except.count
            let working = try db.all(
                """
                SELECT id, coalesce(next_sync, 0) FROM account WHERE state = 'enabled' AND coalesce(next_sync, 0) <= ?
                AND receives = 1 AND erasing = 0 AND sync_health <> 'none' ORDER BY coalesce(next_sync, 0), id LIMIT ?
                """, now, most
            ) { (row) throws(Failure) in (id: row.int(0), at: row.int(1)) }
            let failing = try db.all(
                """
                SELECT id, CASE sync_health WHEN 'ok' THEN coalesce(next_sync, 0) ELSE next_attempt END AS due
                FROM account WHERE state = 'error' AND receives = 1 AND erasing = 0 AND due <= ?
                ORDER BY due, id LIMIT ?
                """, now, most
            ) { (row) throws(Failure) in (id: row.int(0), at: row.int(1)) }
            let due = (working + failing).sorted { ($0.at, $0.id) < ($1.at, $1.id) }
            return Array(due.lazy.map(\.id).filter { !except.contains($0) }.prefix(max(limit, 0)))
        }
    }

    /// When the next account is due, which may be in the past; nil where none ever is.
    package func nextDueAt() throws(Failure) -> Int64? {
        try read { (db) throws(Failure) in
            let working = try db.int(
                """
                SELECT coalesce(next_sync, 0) FROM account WHERE state = 'enabled' AND receives = 1 AND erasing = 0
                AND sync_health <> 'none' ORDER BY coalesce(next_sync, 0) LIMIT 1
                """)
            let failing = try db.int(
                """
                SELECT min(CASE sync_health WHEN 'ok' THEN coalesce(next_sync, 0) ELSE next_attempt END)
                FROM account WHERE state = 'error' AND receives = 1 AND erasing = 0
                """)
            return [working, failing].compactMap(\.self).min()
        }
    }
}

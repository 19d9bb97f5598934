import Base

/// Whose turn it is in the queue: from indexes, however much waits.
extension Store {
    /// Of an account `a` at the time ?1: its mail is not held by its state (pending, connection_issue, disconnected), by its
    /// login or its provider, unless it is time to try that again, or because the provider's limit is reached.
    private static let maySend = """
        a.erasing = 0 AND a.sends = 1 AND a.state NOT IN ('pending', 'connection_issue', 'disconnected')
          AND NOT (a.state = 'error' AND coalesce(a.class, '') IN ('auth', 'suspended')
            AND (a.next_attempt IS NULL OR a.next_attempt > ?1))
          AND coalesce(a.send_after, 0) <= ?1
        """

    /// The accounts that have sends whose time has come, each with the highest priority of them; and those that have none, and
    /// could take over some of a batch, with the lowest. One look at each account that waits for anything, whatever it has.
    package func sendingAccounts(now: Int64) throws(Failure) -> [Int64: Int64] {
        let found = try read { (db) throws(Failure) -> [(Int64, Int64)] in
            let own = try db.all(
                composed: """
                    WITH RECURSIVE waiting(account) AS (
                      SELECT min(account) FROM send WHERE state IN ('queued', 'retry_wait')
                      UNION ALL
                      SELECT (SELECT min(s.account) FROM send s
                        WHERE s.state IN ('queued', 'retry_wait') AND s.account > waiting.account)
                      FROM waiting WHERE waiting.account IS NOT NULL)
                    SELECT a.id, (SELECT p.column1 FROM (VALUES(1), (0), (-1)) p WHERE EXISTS (
                      SELECT 1 FROM send s WHERE s.account = a.id AND s.state IN ('queued', 'retry_wait')
                        AND s.priority = p.column1 AND s.due <= ?1 AND \(Store.batchRuns)) LIMIT 1) AS highest
                    FROM waiting CROSS JOIN account a ON a.id = waiting.account
                    WHERE \(Store.maySend) AND highest IS NOT NULL
                    """, [.int(now)]
            ) { (row) throws(Failure) in (row.int(0), row.int(1)) }
            let idle = try db.all(
                composed: """
                    SELECT own.account FROM batch b JOIN batch_account own ON own.batch = b.id
                    JOIN account a ON a.id = own.account
                    WHERE b.state NOT IN ('done', 'cancelled') AND b.state = 'running' AND \(Store.maySend)
                      AND a.send_health <> 'failing'
                      AND NOT EXISTS (SELECT 1 FROM send WHERE batch = b.id AND state = 'queued' AND account = a.id)
                      AND EXISTS (SELECT 1 FROM batch_account other JOIN send s ON s.batch = b.id AND s.state = 'queued'
                        AND s.account = other.account
                        WHERE other.batch = b.id AND other.account <> a.id AND \(Store.mayMove))
                    """, [.int(now)]
            ) { (row) throws(Failure) in (row.int(0), -1 as Int64) }
            return own + idle
        }
        return Dictionary(found) { first, _ in first }
    }

    /// Of a send `s` of a running batch that is queued, at the time ?1: another account of the batch may send it.
    static let mayMove = "s.attempts = 0 AND s.due <= ?1 AND s.template IS NOT NULL"

    /// Sends of the account whose time has come: the higher priority first, then the older. What was put off or scheduled
    /// takes its old place once its time has come.
    /// - Parameters:
    ///   - low: false: not those of low priority.
    ///   - only: this send, if it is one of them.
    package func dueSends(
        now: Int64, limit: Int, account: Int64, only: Int64? = nil, low: Bool = true
    ) throws(Failure) -> [DueSend] {
        try read { (db) throws(Failure) in
            let may = try db.all(
                composed: "SELECT 1 FROM account a WHERE \(Store.maySend) AND a.id = ?2", [.int(now), .int(account)]
            ) { (_) throws(Failure) in true }
            guard !may.isEmpty, limit > 0 else { return [] }
            if let only { return try db.due(only, account, low: low, now) }
            var found: [DueSend] = []
            for priority in [1, 0, -1] as [Int64] where found.count < limit && (priority >= 0 || low) {
                found += try db.due(account, priority, now, limit - found.count)
            }
            return found
        }
    }

    /// How many sends of the account wait at low priority and could go by now: at most so many are counted.
    package func waitingLow(_ account: Int64, now: Int64, atMost most: Int64) throws(Failure) -> Int64 {
        try read { (db) throws(Failure) in
            try db.int(
                """
                SELECT count(*) FROM (SELECT 1 FROM send WHERE account = ? AND state IN ('queued', 'retry_wait')
                  AND priority = -1 AND due <= ? LIMIT ?)
                """, account, now, most) ?? 0
        }
    }
}

extension Connection {
    /// Of one priority: those that wait for nothing, and those whose time has come, each in its order, the older first.
    fileprivate func due(
        _ account: Int64, _ priority: Int64, _ now: Int64, _ limit: Int
    ) throws(Failure) -> [DueSend] {
        func read(_ row: Row) -> DueSend { DueSend(id: row.int(0), priority: priority, recipients: row.int(1)) }
        let fresh = try all(
            composed: """
                SELECT s.id, \(SendRow.offeredTo) FROM send s
                WHERE s.account = ? AND s.state IN ('queued', 'retry_wait') AND s.priority = ? AND s.due = 0
                  AND \(Store.batchRuns) ORDER BY s.id LIMIT ?
                """, [.int(account), .int(priority), .int(Int64(limit))]
        ) { (row) throws(Failure) in read(row) }
        let ripe = try all(
            composed: """
                SELECT s.id, \(SendRow.offeredTo) FROM send s
                WHERE s.account = ? AND s.state IN ('queued', 'retry_wait') AND s.priority = ? AND s.due > 0
                  AND s.due <= ? AND \(Store.batchRuns) ORDER BY s.due, s.id LIMIT ?
                """, [.int(account), .int(priority), .int(now), .int(Int64(limit))]
        ) { (row) throws(Failure) in read(row) }
        var (merged, at, other): ([DueSend], Int, Int) = ([], 0, 0)
        while merged.count < limit, at < fresh.count || other < ripe.count {
            if other == ripe.count || at < fresh.count && fresh[at].id < ripe[other].id {
                merged.append(fresh[at])
                at += 1
            } else {
                merged.append(ripe[other])
                other += 1
            }
        }
        return merged
    }

    fileprivate func due(_ send: Int64, _ account: Int64, low: Bool, _ now: Int64) throws(Failure) -> [DueSend] {
        try all(
            composed: """
                SELECT s.id, s.priority, \(SendRow.offeredTo)
                FROM send s WHERE s.id = ? AND s.account = ? AND s.state IN ('queued', 'retry_wait') AND s.due <= ?
                  AND (s.priority >= 0 OR ?) AND \(Store.batchRuns)
                """, [.int(send), .int(account), .int(now), .int(low ? 1 : 0)]
        ) { (row) throws(Failure) in DueSend(id: row.int(0), priority: row.int(1), recipients: row.int(2)) }
    }
}

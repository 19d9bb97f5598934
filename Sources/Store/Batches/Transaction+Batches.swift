import Base
import CMailroom

/// The states of a batch:
/// making -> running <-> done; running -> cancelling -> cancelled; any but making -> removing.
/// In the making, cancelling and removing, its sends do not go; a process that dies there leaves them to the next one.
extension Store {
    /// Of a send `s`: the batch that it is one of lets it go.
    static let batchRuns = """
        (s.batch IS NULL
          OR EXISTS (SELECT 1 FROM batch WHERE id = s.batch AND state NOT IN ('making', 'cancelling', 'removing')))
        """
}

extension Transaction {
    /// Whether the batch, if it is one of any, lets its sends go.
    func runs(_ batch: Int64?) throws(Failure) -> Bool {
        guard let batch else { return true }
        return try db.exists(
            "SELECT 1 FROM batch WHERE id = ? AND state NOT IN ('making', 'cancelling', 'removing')", batch)
    }

    /// To be called where the state of one of a batch's sends has changed: a batch of which nothing waits is done, and runs
    /// again once something does.
    func batchMoved(_ batch: Int64?) throws(Failure) {
        guard let batch else { return }
        let found = try db.first(
            """
            SELECT b.state, b.ended_at IS NOT NULL, EXISTS (
              SELECT 1 FROM send s WHERE s.batch = b.id AND s.state IN ('queued', 'sending', 'retry_wait'))
            FROM batch b WHERE b.id = ?
            """, batch
        ) { (row) throws(Failure) in (state: row.text(0), ended: row.bool(1), waits: row.bool(2)) }
        guard let found, ["running", "done", "cancelled"].contains(found.state), found.waits == found.ended else {
            return
        }
        if found.waits {
            try db.run("UPDATE batch SET state = 'running', ended_at = NULL WHERE id = ?", batch)
            change("batch", batch, account: nil, "changed", "running")
        } else {
            let state = found.state == "cancelled" ? "cancelled" : "done"
            try db.run("UPDATE batch SET state = ?, ended_at = ? WHERE id = ?", state, now, batch)
            change("batch", batch, account: nil, "changed", state)
        }
    }
}

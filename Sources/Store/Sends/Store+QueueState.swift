import Base

/// What waits in an account's queue, and until when it is held by its provider's limit.
package struct QueueState: Sendable {
    package var queued: Int64 = 0
    package var retryWait: Int64 = 0
    package var failed: Int64 = 0
    package var unknown: Int64 = 0
    /// Of what waits, that of low priority.
    package var low: Int64 = 0
    /// The latest time that something that waits is not to go before; 0: none has one.
    package var latestDue: Int64 = 0
    /// Recipients of what waits, each: an average of the next hundred.
    package var recipientsEach: Int64 = 1
    /// `account.send_after`, with its reason.
    package var heldUntil: Int64?
    package var heldReason: String?

    package var waiting: Int64 { queued + retryWait }

    package init() {}
}

extension Store {
    package func queueState(_ account: Int64) throws(Failure) -> QueueState {
        try read { (db) throws(Failure) in
            var state = QueueState()
            func count(_ name: String) throws(Failure) -> Int64 {
                try db.int("SELECT count(*) FROM send WHERE state = ? AND account = ?", name, account) ?? 0
            }
            state.queued = try count("queued")
            state.retryWait = try count("retry_wait")
            state.failed = try count("failed")
            state.unknown = try count("outcome_unknown")
            state.low =
                try db.int(
                    """
                    SELECT count(*) FROM send WHERE account = ? AND priority = -1 AND state IN ('queued', 'retry_wait')
                    """, account) ?? 0
            for priority in [1, 0, -1] as [Int64] {
                let latest = try db.int(
                    """
                    SELECT max(due) FROM send WHERE account = ? AND priority = ? AND state IN ('queued', 'retry_wait')
                    """, account, priority)
                state.latestDue = max(state.latestDue, latest ?? 0)
            }
            if state.waiting > 0 {
                let sample = try db.first(
                    """
                    SELECT count(*), count(DISTINCT send) FROM recipient
                    WHERE state IN ('waiting', 'deferred') AND send IN (
                      SELECT id FROM send WHERE account = ? AND state IN ('queued', 'retry_wait') LIMIT 100)
                    """, account
                ) { (row) throws(Failure) in (row.int(0), row.int(1)) }
                if let (recipients, sends) = sample, sends > 0 { state.recipientsEach = max(recipients / sends, 1) }
            }
            let held = try db.first("SELECT send_after, send_after_reason FROM account WHERE id = ?", account) {
                (row) throws(Failure) in (row.optionalInt(0), row.optionalText(1))
            }
            if let held { (state.heldUntil, state.heldReason) = held }
            return state
        }
    }

    /// Until when the account's queue is held by its provider's limit; nil where it is not. It may be over.
    package func heldUntil(_ account: Int64) throws(Failure) -> Int64? {
        try read { (db) throws(Failure) in try db.int("SELECT send_after FROM account WHERE id = ?", account) }
    }

    /// Ends the hold of the account's queue: somebody set its limits anew.
    package func endSendingHold(of account: Int64) throws(Failure) {
        try write { (transaction) throws(Failure) in
            try transaction.db.run(
                """
                UPDATE account SET send_after = NULL, send_after_class = NULL, send_after_reason = NULL
                WHERE id = ? AND send_after IS NOT NULL
                """, account)
            if transaction.db.changedRows > 0 {
                transaction.change("account", account, account: account, "changed", "sending")
            }
        }
    }
}

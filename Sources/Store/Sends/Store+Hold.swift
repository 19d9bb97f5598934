import Base

/// The hold of an account's whole queue while its provider's limit is reached (`account.send_after`).
extension Store {
    /// What the account offered within the last hour and the last day, by its oldest: nil where nothing was.
    package func firstSpent(of account: Int64, now: Int64) throws(Failure) -> (inHour: Int64?, inDay: Int64?) {
        try read { (db) throws(Failure) in
            let sql: StaticString = "SELECT at FROM spent WHERE account = ? AND at > ? ORDER BY at LIMIT 1"
            return (
                try db.int(sql, account, now - 3_600_000),
                try db.int(sql, account, now - 86_400_000)
            )
        }
    }

    /// What is set of one message of the account (kind pacing): 0 is no limit, nil is nothing set.
    package func messageLimits(of account: Int64) throws(Failure) -> (recipients: Int64?, size: Int64?) {
        try read { (db) throws(Failure) in
            try db.first("SELECT recipients_message, max_size FROM pacing WHERE account = ?", account) {
                (row) throws(Failure) in (recipients: row.optionalInt(0), size: row.optionalInt(1))
            } ?? (nil, nil)
        }
    }

    /// Until when the account's queue waits, as it stands; nil where it does not.
    package func queueHold(of account: Int64) throws(Failure) -> QueueHold? {
        try read { (db) throws(Failure) in
            let found = try db.first(
                "SELECT send_after, send_after_class, send_after_reason FROM account WHERE id = ?", account
            ) { (row) throws(Failure) in (row.optionalInt(0), row.text(1), row.text(2)) }
            guard let (until, failureClass, reason) = found, let until else { return nil }
            return QueueHold(until: until, failureClass: failureClass, reason: reason)
        }
    }
}

extension Transaction {
    /// Holds the account's queue, as the end of an attempt has it; or, where something was accepted (or a person reconnects
    /// the account), ends the hold.
    func setHold(of account: Int64, _ hold: QueueHold?, accepted: Bool) throws(Failure) {
        if let hold {
            try db.run(
                "UPDATE account SET send_after = ?, send_after_class = ?, send_after_reason = ? WHERE id = ?",
                hold.until, hold.failureClass, String(hold.reason.prefix(1000)), account)
        } else if accepted {
            try db.run(
                """
                UPDATE account SET send_after = NULL, send_after_class = NULL, send_after_reason = NULL
                WHERE id = ? AND send_after IS NOT NULL
                """, account)
            guard db.changedRows > 0 else { return }
        } else {
            return
        }
        change("account", account, account: account, "changed", "sending")
    }
}

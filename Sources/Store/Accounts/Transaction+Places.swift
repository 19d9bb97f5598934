import Base

/// How many accounts of a company run, and how many may.
struct Places {
    /// Nil: as many as there are.
    let limit: Int64?
    let running: Int64

    /// The states that take a place: an account that is given up keeps its own until somebody disconnects it, so that it
    /// can be reconnected.
    static let taking = "('enabled', 'error', 'connection_issue')"

    var isFull: Bool { limit.map { running >= $0 } ?? false }

    func note(of company: String) -> String {
        let many =
            running == 1 ? "1 mailbox of company \(company) runs" : "\(running) mailboxes of company \(company) run"
        return "\(many), and its limit is \(limit ?? 0): what runs goes on, and no other begins"
    }
}

/// The limit of a company's mailboxes: who is over it waits as `pending`, and the longest waiting is enabled in the transaction
/// that makes a place free.
extension Transaction {
    func places(of company: Int64) throws(Failure) -> Places {
        let limit = try db.first("SELECT mailboxes FROM company WHERE id = ?", company) {
            (row) throws(Failure) in row.optionalInt(0)
        }
        let running = try db.all(
            composed:
                "SELECT count(*) FROM account WHERE company = ? AND erasing = 0 AND state IN \(Places.taking)",
            [.int(company)]
        ) { (row) throws(Failure) in row.int(0) }
        return Places(limit: limit ?? nil, running: running.first ?? 0)
    }

    /// The account waits for a place: whoever works on it can store nothing more.
    /// - Parameters:
    ///   - full: what stands against it.
    ///   - keepsTurn: one that waits already does not wait from now on.
    func setPending(_ account: Int64, _ full: Places, keepsTurn: Bool = false) throws(Failure) {
        try voidLease(of: account)
        try db.run(
            """
            UPDATE account SET since = CASE WHEN ? AND state = 'pending' THEN since ELSE ? END, state = 'pending',
              reason = ?, cause = 'limit.mailboxes', class = 'limit', advice = NULL, server_text = NULL, next_attempt = NULL,
              first_error_at = NULL, attempts = 0, sync_health = 'none', send_health = 'none', activity = 'idle',
              done = 0, total = NULL, stale_since = NULL, stale_cause = NULL, next_sync = NULL WHERE id = ?
            """, keepsTurn, now, full.reason, account)
        change("account", account, account: account, "changed", "state")
    }

    /// The account may be worked on, as one that was just connected.
    func setEnabled(_ account: Int64) throws(Failure) {
        try db.run(
            """
            UPDATE account SET state = 'enabled', since = ?, reason = NULL, cause = NULL, class = NULL, advice = NULL,
              server_text = NULL, next_attempt = NULL, sync_health = 'none', send_health = 'none' WHERE id = ?
            """, now, account)
        change("account", account, account: account, "changed", "state")
    }

    /// Gives the places that are free to those that have waited longest, each with the job that connects it.
    func wakePending(of company: Int64?) throws(Failure) {
        guard let company else { return }
        while true {
            let next = try db.int(
                """
                SELECT id FROM account WHERE company = ? AND state = 'pending' AND erasing = 0 ORDER BY since, id LIMIT 1
                """, company)
            guard let next, try !places(of: company).isFull else { return }
            try setEnabled(next)
            _ = try insert(NewJob(kind: "connect", account: next, onDeath: .repeat))
        }
    }

    /// Ends the job of an account that waits for a place: nobody works on it. The state is no failure.
    func endPending(_ job: Int64, _ account: Int64) throws(Failure) {
        let reason = try db.first("SELECT reason FROM account WHERE id = ?", account) {
            (row) throws(Failure) in row.optionalText(0)
        }
        var result = Record(["account": .int(account), "pending": .int(1)])
        result.set("notice", reason ?? nil)
        try end(try Store.loadJob(db, job), state: "done", result: result, failure: nil)
    }
}

extension Places {
    fileprivate var reason: String {
        let most = limit == 1 ? "1 mailbox" : "\(limit ?? 0) mailboxes"
        return
            "the company may run \(most), and \(running) run\(running == 1 ? "s" : ""): this one begins when a place comes free"
    }
}

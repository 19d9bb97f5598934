import Base
import CMailroom

extension Store {
    /// The account has been reconnected, and that works: what waits because its server was not reached, refused the login or
    /// was unwell goes again at once. What waits for a limit, or for a recipient, waits on.
    package func releaseRetries(of account: Int64) throws(Failure) {
        while true {
            let released = try write { (transaction) throws(Failure) -> Int in
                let db = transaction.db
                let waiting = try db.all(
                    """
                    SELECT id FROM send WHERE state = 'retry_wait' AND account = ? AND next_attempt > ?
                      AND class IN ('connection', 'auth', 'outage', 'suspended') LIMIT ?
                    """, account, transaction.now, Transaction.sliceOfSends
                ) { (row) throws(Failure) in row.int(0) }
                for send in waiting {
                    try db.run(
                        "UPDATE send SET next_attempt = ?1, due = max(coalesce(send_at, 0), ?1) WHERE id = ?2",
                        transaction.now, send)
                    transaction.change("send", send, account: account, "changed", "retry_wait")
                }
                return waiting.count
            }
            if released < Transaction.sliceOfSends { return }
        }
    }

    /// Changes what is given of an account and stores the job that proves it. One that was disconnected is enabled again; what
    /// it waits for is forgotten, so that it is tried at once. One that runs keeps its place in its company; one that comes
    /// back, waits, or changes the company needs a free one, or is `pending`, and the job has ended.
    /// - Parameter forgetsToken: the tokens that are there are of another login.
    /// - Returns: the job.
    package func reconnectAccount(
        _ id: Int64, values: AccountChanges, settings: [String: String?], secrets: [String: [UInt8]?],
        grant: NewGrant? = nil, forgetsToken: Bool = false, job: NewJob
    ) throws(Failure) -> Int64 {
        try write { (transaction) throws(Failure) -> Int64 in
            let before = try loadAccount(transaction.db, id)
            var login: LoginBefore?
            if grant != nil {
                login = try LoginBefore(
                    before, settings: settings.keys, secrets: secrets.keys, token: forgetsToken, transaction)
                if let older = try transaction.loginBefore(of: id) { login?.take(over: older) }
            }
            try transaction.updateAccount(id, values: values, settings: settings, secrets: secrets)
            if forgetsToken { try transaction.forgetToken(id) }
            if let grant { try transaction.bind(grant, to: id, before: login) }
            let account = try loadAccount(transaction.db, id)
            let full = try transaction.fullPlaces(before, movedTo: account.company)
            if let full {
                try transaction.setPending(id, full, keepsTurn: before.company == account.company)
            } else if before.health.state == "disconnected" || before.health.state == "pending" {
                try transaction.setEnabled(id)
            }
            if before.company != account.company { try transaction.wakePending(of: before.company) }
            try transaction.db.run("UPDATE account SET attempts = 0, first_error_at = NULL WHERE id = ?", id)
            try transaction.db.run("DELETE FROM state WHERE account = ? AND key = ?", id, Store.pauseKey)
            try transaction.overtakeConnects(of: id)
            try transaction.setHold(of: id, nil, accepted: true)
            var job = job
            job.account = id
            let begun = try transaction.insert(job)
            if full != nil { try transaction.endPending(begun, id) }
            return begun
        }
    }
}

extension Transaction {
    /// The places of the company that an account needs one of and does not get; nil where it may run.
    fileprivate func fullPlaces(_ before: AccountRow, movedTo company: Int64?) throws(Failure) -> Places? {
        guard let company else { return nil }
        let runs = before.health.state != "disconnected" && before.health.state != "pending"
        if runs, before.company == company { return nil }
        var places = try places(of: company)
        // It has been moved there already.
        if runs { places = Places(limit: places.limit, running: places.running - 1) }
        return places.isFull ? places : nil
    }
}

import Base
import CMailroom

/// Jobs: long operations as durable rows. Whichever process claims one does it; one whose process died is taken up
/// again or ends as failed, as its `onDeath` says, and none ends silently.
extension Store {
    /// - Throws: `MR_E_KEY` where it has secret parameters and the store has no key.
    package func insertJob(_ job: NewJob) throws(Failure) -> Int64 {
        try write { (transaction) throws(Failure) in try transaction.insert(job) }
    }

    /// - Throws: `MR_E_NOT_FOUND`.
    package func job(_ id: Int64) throws(Failure) -> JobRow {
        try read { (db) throws(Failure) in try Store.loadJob(db, id) }
    }

    static func loadJob(_ db: Connection, _ id: Int64) throws(Failure) -> JobRow {
        let found = try db.all(composed: "SELECT \(JobRow.columns) FROM job WHERE id = ?", [.int(id)]) {
            (row) throws(Failure) in JobRow(row)
        }
        guard let job = found.first else { throw .notFound("job \(id)") }
        return job
    }

    /// Takes a job to do it.
    /// - Returns: the job with its secret parameters; nil where a working process has it, or it has ended (also just
    ///   now: by its rule for dead processes, or because it was cancelled before it began).
    /// - Throws: `MR_E_KEY` where it has secret parameters and the store has no key.
    package func claimJob(_ id: Int64) throws(Failure) -> JobRow? {
        let owner = try ownerID()
        let claimed = try write { (transaction) throws(Failure) -> JobRow? in
            let db = transaction.db
            var job = try Store.loadJob(db, id)
            guard try transaction.settleDead(job), !job.ended else { return nil }
            if job.cancelRequested {
                try transaction.end(job, state: "cancelled", result: nil, failure: Store.cancelled)
                return nil
            }
            let sealed = try db.first("SELECT secrets FROM job WHERE id = ?", id) {
                (row) throws(Failure) in row.optionalBytes(0)
            }
            if let sealed = sealed ?? nil {
                let clear = try secretBox().open(sealed, table: "job", row: id, field: "secrets")
                for field in Unpacker.record(clear).fields { job.secretParams[field.name] = field.value.bytes }
            }
            job.state = "running"
            job.startedAt = job.startedAt ?? transaction.now
            job.claims += 1
            try db.run(
                "UPDATE job SET state = 'running', owner = ?, started_at = ?, claims = ? WHERE id = ?", owner,
                job.startedAt,
                job.claims, id)
            transaction.change("job", id, account: job.account, "changed", "state")
            return job
        }
        if claimed != nil { StopPoint.jobClaimed.reach() }
        return claimed
    }

    /// Whether the job can be claimed: nobody has it, or whoever has it is dead or stopped.
    package func isFree(_ job: JobRow) throws(Failure) -> Bool {
        guard job.state == "running" else { return !job.ended }
        return try read { (db) throws(Failure) in try !isHeld(job, by: try Store.owner(db, job.id), db) }
    }

    /// Whether the process works on the job: it lives, and has not let the lease of the job's account expire with the
    /// write deadline after it. One that did was stopped, and can write nothing for the account any more.
    fileprivate func isHeld(_ job: JobRow, by owner: String?, _ db: Connection) throws(Failure) -> Bool {
        guard let owner, run.isAlive(owner) else { return false }
        guard let account = job.account else { return true }
        let over = try db.int(
            "SELECT expires + deadline FROM lease WHERE account = ? AND owner = ? AND boot = ?", account, owner, bootID)
        return over.map { Clock.boot() < $0 } ?? true
    }

    fileprivate static func owner(_ db: Connection, _ job: Int64) throws(Failure) -> String? {
        try db.first("SELECT owner FROM job WHERE id = ?", job) { (row) throws(Failure) in row.optionalText(0) } ?? nil
    }

    /// Jobs to be taken, oldest first: queued ones, and those whose process died or was stopped.
    package func nextJobs(limit: Int) throws(Failure) -> [JobRow] {
        try read { (db) throws(Failure) in
            let open = try db.all(
                composed:
                    "SELECT \(JobRow.columns), owner FROM job WHERE state IN ('queued', 'running') ORDER BY id", []
            ) { (row) throws(Failure) in (JobRow(row), row.optionalText(16)) }
            var free: [JobRow] = []
            for (job, owner) in open where free.count < limit {
                if job.state == "queued" {
                    free.append(job)
                } else if try !isHeld(job, by: owner, db) {
                    free.append(job)
                }
            }
            return free
        }
    }

    /// How far the job is. Not durable.
    /// - Parameter claim: the `claims` of the row that `claimJob` gave.
    /// - Throws: `MR_E_BUSY` where the job was taken by another process, or anew by this one.
    package func jobProgress(_ id: Int64, claim: Int64, done: Int64, total: Int64?, note: String?) throws(Failure) {
        let owner = try ownerID()
        try write(.normal) { (transaction) throws(Failure) in
            try transaction.db.run(
                "UPDATE job SET done = ?, total = ?, note = ? WHERE id = ? AND state = 'running' AND owner = ? AND claims = ?",
                done, total, note, id, owner, claim)
            guard transaction.db.changedRows > 0 else { throw Store.lostJob(id) }
            let account = try transaction.db.int("SELECT account FROM job WHERE id = ?", id)
            transaction.change("job", id, account: account, "changed", "progress")
        }
    }

    /// Ends a job that this process claimed; its secret parameters go.
    /// - Parameters:
    ///   - claim: the `claims` of the row that `claimJob` gave.
    ///   - cancelled: it ended because it was asked to.
    /// - Throws: `MR_E_BUSY` where the job was taken by another process, or anew by this one.
    package func finishJob(
        _ id: Int64, claim: Int64, _ outcome: Result<Record, Failure>, cancelled: Bool
    ) throws(Failure) {
        StopPoint.jobBeforeFinish.reach()
        let owner = try ownerID()
        try write { (transaction) throws(Failure) in
            let db = transaction.db
            guard
                try db.exists(
                    "SELECT 1 FROM job WHERE id = ? AND state = 'running' AND owner = ? AND claims = ?", id, owner,
                    claim)
            else { throw Store.lostJob(id) }
            let job = try Store.loadJob(db, id)
            switch outcome {
            case .success(let result):
                try transaction.end(job, state: cancelled ? "cancelled" : "done", result: result, failure: nil)
            case .failure(let failure):
                try transaction.end(
                    job, state: cancelled ? "cancelled" : "failed", result: nil, failure: failure)
            }
        }
    }

    /// Asks for the job to end. One that nobody has begun ends at once; one that has ended stays as it is.
    package func cancelJob(_ id: Int64) throws(Failure) {
        try write { (transaction) throws(Failure) in
            let job = try Store.loadJob(transaction.db, id)
            if job.ended { return }
            if job.state == "queued" {
                try transaction.end(job, state: "cancelled", result: nil, failure: Store.cancelled)
            } else {
                try transaction.db.run("UPDATE job SET cancel = 1 WHERE id = ?", id)
                transaction.change("job", id, account: job.account, "changed", "cancel")
            }
        }
    }

    package func jobCancelRequested(_ id: Int64) throws(Failure) -> Bool {
        try read { (db) throws(Failure) in
            guard let cancel = try db.int("SELECT cancel FROM job WHERE id = ?", id) else {
                throw .notFound("job \(id)")
            }
            return cancel != 0
        }
    }

    /// Applies to each job of a dead process what it declared: queued again, or failed.
    package func settleDeadJobs() throws(Failure) {
        for job in try nextJobs(limit: 1_000) where job.state == "running" {
            try write { (transaction) throws(Failure) in
                _ = try transaction.settleDead(try Store.loadJob(transaction.db, job.id))
            }
        }
    }

    /// Settles the jobs of dead processes. Ended jobs are kept for the time that changes are kept.
    package func sweepDeadJobs() throws(Failure) {
        try settleDeadJobs()
        let old = Clock.wall() - changesKeepMs
        try write(.normal) { (transaction) throws(Failure) in
            try transaction.db.run(
                """
                DELETE FROM job WHERE id IN (SELECT id FROM job WHERE finished_at < ?
                  AND state IN ('done', 'failed', 'cancelled') ORDER BY id LIMIT 500)
                """, old)
        }
    }

    fileprivate static let overtaken = Failure(MR_E_CANCELLED, "the account was reconnected in its place")
    fileprivate static let cancelled = Failure(MR_E_CANCELLED, "the job was cancelled before it began")

    private static func lostJob(_ id: Int64) -> Failure {
        Failure(MR_E_BUSY, "job \(id) is not this process's any more")
    }
}

extension Transaction {
    func insert(_ job: NewJob) throws(Failure) -> Int64 {
        try db.run(
            "INSERT INTO job(kind, account, state, on_death, params, created_at) VALUES(?, ?, 'queued', ?, ?, ?)",
            job.kind,
            job.account, job.onDeath.rawValue, Packer.record(job.params), now)
        let id = db.lastRowID
        if !job.secretParams.isEmpty {
            var secrets = Record()
            for (name, value) in job.secretParams { secrets[name] = .bytes(value) }
            let sealed = try store.secretBox().seal(Packer.record(secrets), table: "job", row: id, field: "secrets")
            try db.run("UPDATE job SET secrets = ? WHERE id = ?", sealed, id)
        }
        change("job", id, account: job.account, "added")
        return id
    }

    /// For a job that says it is running: what its process's death, or its being stopped, means.
    /// - Returns: false where a process works on it, or it has failed by this.
    fileprivate func settleDead(_ job: JobRow) throws(Failure) -> Bool {
        guard job.state == "running" else { return true }
        if try store.isHeld(job, by: try Store.owner(db, job.id), db) { return false }
        return try settle(job)
    }

    /// The jobs of a process that has lost the account's lease by not renewing it.
    func settleJobs(of owner: String, on account: Int64) throws(Failure) {
        let jobs = try db.all(
            "SELECT id FROM job WHERE state = 'running' AND owner = ? AND account = ?", owner, account
        ) { (row) throws(Failure) in row.int(0) }
        for job in jobs { _ = try settle(try Store.loadJob(db, job)) }
    }

    /// Ends the account's logins to be tried that nobody works on: a newer one takes their place.
    func overtakeConnects(of account: Int64) throws(Failure) {
        let jobs = try db.all(
            """
            SELECT id FROM job WHERE state IN ('queued', 'running') AND account = ? AND kind IN ('connect', 'reconnect')
            """, account
        ) { (row) throws(Failure) in row.int(0) }
        for id in jobs where try settleDead(try Store.loadJob(db, id)) {
            try end(try Store.loadJob(db, id), state: "cancelled", result: nil, failure: Store.overtaken)
        }
    }

    private func settle(_ job: JobRow) throws(Failure) -> Bool {
        switch job.onDeath {
        case .repeat, .resume:
            try db.run("UPDATE job SET state = 'queued', owner = NULL WHERE id = ?", job.id)
            change("job", job.id, account: job.account, "changed", "state")
            return true
        case .fail:
            let failure = Failure(
                MR_E_INTERNAL,
                "the process that worked on it died or was stopped; it is not begun a second time by itself")
            try end(job, state: "failed", result: nil, failure: failure)
            return false
        }
    }

    func end(
        _ job: JobRow, state: String, result: Record?, failure: Failure?
    ) throws(Failure) {
        try db.run(
            """
            UPDATE job SET state = ?, result = ?, failure = ?, finished_at = ?, owner = NULL, secrets = NULL
            WHERE id = ?
            """, state, result.map(Packer.record), failure?.packed, now, job.id)
        change("job", job.id, account: job.account, "changed", "state")
    }
}

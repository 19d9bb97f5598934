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
    /// - Returns: the job with its secret parameters; nil where a live process has it, or it has ended (also just
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

    /// Whether the job can be claimed: nobody has it, or whoever has it is dead.
    package func isFree(_ job: JobRow) throws(Failure) -> Bool {
        guard job.state == "running" else { return !job.ended }
        let owner = try read { (db) throws(Failure) in
            try db.first("SELECT owner FROM job WHERE id = ?", job.id) { (row) throws(Failure) in row.optionalText(0) }
        }
        return !run.isAlive((owner ?? nil) ?? "")
    }

    /// Jobs to be taken, oldest first: queued ones, and those whose process died.
    package func nextJobs(limit: Int) throws(Failure) -> [JobRow] {
        try read { (db) throws(Failure) in
            let open = try db.all(
                composed:
                    "SELECT \(JobRow.columns), owner FROM job WHERE state IN ('queued', 'running') ORDER BY id", []
            ) { (row) throws(Failure) in (JobRow(row), row.optionalText(16)) }
            return Array(
                open.lazy.filter { $0.0.state == "queued" || !self.run.isAlive($0.1 ?? "") }.map(\.0)
                    .prefix(max(limit, 0)))
        }
    }

    /// How far the job is. Not durable.
    /// - Throws: `MR_E_BUSY` where this process does not have the job any more.
    package func jobProgress(_ id: Int64, done: Int64, total: Int64?, note: String?) throws(Failure) {
        let owner = try ownerID()
        try write(.normal) { (transaction) throws(Failure) in
            try transaction.db.run(
                "UPDATE job SET done = ?, total = ?, note = ? WHERE id = ? AND state = 'running' AND owner = ?", done,
                total,
                note, id, owner)
            guard transaction.db.changedRows > 0 else { throw Store.lostJob(id) }
            let account = try transaction.db.int("SELECT account FROM job WHERE id = ?", id)
            transaction.change("job", id, account: account, "changed", "progress")
        }
    }

    /// Ends a job that this process claimed; its secret parameters go.
    /// - Parameter cancelled: it ended because it was asked to.
    /// - Throws: `MR_E_BUSY` where this process does not have the job any more.
    package func finishJob(
        _ id: Int64, _ outcome: Result<Record, Failure>, cancelled: Bool
    ) throws(Failure) {
        StopPoint.jobBeforeFinish.reach()
        let owner = try ownerID()
        try write { (transaction) throws(Failure) in
            let db = transaction.db
            guard try db.exists("SELECT 1 FROM job WHERE id = ? AND state = 'running' AND owner = ?", id, owner) else {
                throw Store.lostJob(id)
            }
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

    /// Applies to each job of a dead process what it declared: queued again, or failed. Ended jobs are kept for the
    /// time that changes are kept.
    package func sweepDeadJobs() throws(Failure) {
        for job in try nextJobs(limit: 1_000) where job.state == "running" {
            try write { (transaction) throws(Failure) in
                _ = try transaction.settleDead(try Store.loadJob(transaction.db, job.id))
            }
        }
        let old = Clock.wall() - changesKeepMs
        try write(.normal) { (transaction) throws(Failure) in
            try transaction.db.run(
                """
                DELETE FROM job WHERE id IN (SELECT id FROM job WHERE finished_at < ?
                  AND state IN ('done', 'failed', 'cancelled') ORDER BY id LIMIT 500)
                """, old)
        }
    }

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

    /// For a job that says it is running: what its process's death means.
    /// - Returns: false where a live process has it, or it has failed by this.
    fileprivate func settleDead(_ job: JobRow) throws(Failure) -> Bool {
        guard job.state == "running" else { return true }
        let owner = try db.first("SELECT owner FROM job WHERE id = ?", job.id) {
            (row) throws(Failure) in row.optionalText(0)
        }
        if let owner = owner ?? nil, store.run.isAlive(owner) { return false }
        switch job.onDeath {
        case .repeat, .resume:
            try db.run("UPDATE job SET state = 'queued', owner = NULL WHERE id = ?", job.id)
            change("job", job.id, account: job.account, "changed", "state")
            return true
        case .fail:
            let failure = Failure(
                MR_E_INTERNAL, "the process that worked on it died; it is not begun a second time by itself")
            try end(job, state: "failed", result: nil, failure: failure)
            return false
        }
    }

    fileprivate func end(
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

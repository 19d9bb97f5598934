import Base
import Store

extension JobRunner {
    /// Compares, and, where that was asked for, syncs what differs at once and compares again.
    func audit(_ id: Int64, _ job: JobRow, _ interruption: Interruption) throws(Failure) -> Record {
        try withLease(id) { (account, lease) throws(Failure) in
            var pace = ProgressPace()
            let report = { (done: Int64, total: Int64?, note: String) in
                guard pace.isDue else { return }
                try? core.store.jobProgress(job.id, claim: job.claims, done: done, total: total, note: note)
            }
            let heals = job.params.int("heal") == 1
            let again = { (paths: [String]) throws(Failure) in
                _ = try syncAccount(account, interruption, lease, only: paths, report: report)
            }
            let looksAgain = heals ? false : try core.hasWorker()
            let work = AuditWork(
                core: core, account: account, interruption: interruption, lease: lease,
                only: job.params.text("folder"), again: looksAgain ? again : nil, report: report)
            let found = try work.run()
            let isClean = ["missing", "extra", "flags"].allSatisfy { found.record.int($0) == 0 }
            guard heals, !isClean else { return found.record }
            let folder = job.params.text("folder")
            _ = try syncAccount(
                account, interruption, lease, only: folder.map { [$0] }, all: true, report: report)
            var healed = try work.run().record
            healed["found"] = .record(Record.counts(of: found.record))
            return healed
        }
    }
}

extension Record {
    /// What an audit counted, without its lists.
    fileprivate static func counts(of record: Record) -> Record {
        var counts = Record()
        for name in ["missing", "extra", "flags"] { counts.set(name, record.int(name)) }
        return counts
    }
}

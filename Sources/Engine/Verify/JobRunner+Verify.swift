import Base
import Store

extension JobRunner {
    static let verifyWithinMs: ClosedRange<Int64> = 1_000...3_600_000

    /// Not under the account's lease: the worker must be able to do its own work meanwhile.
    func verify(_ id: Int64, _ job: JobRow, _ interruption: Interruption) throws(Failure) -> Record {
        let account = try core.store.account(id)
        try account.checkWorkable()
        let work = VerifyWork(
            core: core, account: account, interruption: interruption, path: job.params.text("folder"),
            within: job.params.int("timeout_ms") ?? 60_000, runner: self
        ) { done, total, note in
            try? core.store.jobProgress(job.id, claim: job.claims, done: done, total: total, note: note)
        }
        return try work.run()
    }
}

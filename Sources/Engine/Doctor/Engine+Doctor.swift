import Base
import CMailroom
import Store
import Transport

extension Engine {
    static let doctorWithinMs: ClosedRange<Int64> = 1_000...3_600_000

    /// A job of kind `doctor`: it needs no lease, and changes nothing, but for the message that it sends where that is asked for.
    func doctor(_ arguments: Record) throws(Failure) -> Job {
        try RecordSpec.doctorArguments.check(arguments)
        guard let account = arguments.int("account") else { throw .invalid("account", "is missing") }
        try Engine.flag(arguments, "send")
        if let within = arguments.int("timeout_ms"), !Engine.doctorWithinMs.contains(within) {
            let range = Engine.doctorWithinMs
            throw .invalid("timeout_ms", "\(within) is not within \(range.lowerBound) to \(range.upperBound)")
        }
        if let resolver = arguments.text("resolver") { _ = try NameServer(resolver) }
        let row = try core.store.account(account)
        if arguments.int("send") == 1, !row.sends { throw .unsupported("\(row.address) does not send") }
        let onDeath: NewJob.OnDeath = arguments.int("send") == 1 ? .fail : .repeat
        return Job(
            try core.store.insertJob(NewJob(kind: "doctor", account: account, params: arguments, onDeath: onDeath)),
            self)
    }
}

extension JobRunner {
    func doctor(_ id: Int64, _ job: JobRow, _ interruption: Interruption) throws(Failure) -> Record {
        let work = DoctorWork(
            core: core, account: try core.store.account(id), interruption: interruption, runner: self,
            until: Clock.boot() + (job.params.int("timeout_ms") ?? 120_000), sends: job.params.int("send") == 1,
            resolver: job.params.text("resolver"),
            words: try CauseWords(core.store, core.options.language)
        ) { done, note in
            try? core.store.jobProgress(job.id, claim: job.claims, done: done, total: nil, note: note)
        }
        return try work.run()
    }
}

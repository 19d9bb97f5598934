import Base
import CMailroom
import Store

/// What a wait came to.
package enum WaitResult: Sendable {
    case done(Record)
    /// Time ran out: what is known so far, with `worker_seen_at` where a worker has ever shown life.
    case timeout(Record)
}

/// A long operation, wherever it runs: its row in the store is the truth, this is a handle on it.
package final class Job: Sendable {
    package let id: Int64
    private let engine: Engine

    init(_ id: Int64, _ engine: Engine) {
        self.id = id
        self.engine = engine
    }

    /// Waits for the end, at most so many milliseconds (below 0: for ever). In a process that may work, the job is
    /// done here if nobody else is at it.
    /// - Throws: what the job failed with; `MR_E_CANCELLED` where it was cancelled.
    package func wait(timeoutMs: Int32) throws(Failure) -> WaitResult {
        let until = timeoutMs < 0 ? Int64.max : Clock.boot() + Int64(timeoutMs)
        let core = engine.core
        while true {
            try engine.checkOpen()
            let row = try core.store.job(id)
            if row.ended { return .done(try Job.outcome(row)) }
            if timeoutMs != 0, engine.options.work != .never, !core.isRunning(.job(id)), try core.store.isFree(row) {
                try JobRunner(core: core).start(row)
            }
            let left = until - Clock.boot()
            guard left > 0 else {
                var answer = Record(["state": .text(row.state)])
                answer.set("worker_seen_at", try core.store.workerSeenAt())
                return .timeout(answer)
            }
            // A job of this process signals its end; another process's is looked at a few times a second.
            let id = id
            if core.isRunning(.job(id)) {
                _ = core.running.wait(milliseconds: min(left, 1000)) { $0[.job(id)] == nil ? true : nil }
                if !core.isRunning(.job(id)), !(try core.store.job(id).ended) { engine.pause(min(left, 100)) }
            } else {
                engine.pause(min(left, 100))
            }
        }
    }

    static func outcome(_ row: JobRow) throws(Failure) -> Record {
        if let failure = row.failure { throw failure }
        if row.state == "cancelled" { throw Failure(MR_E_CANCELLED, "the job was cancelled") }
        return row.result ?? Record()
    }

    /// id, kind, state, done, total, note.
    package func progress() throws(Failure) -> Record {
        try engine.checkOpen()
        return try engine.core.store.get("job", id)
    }

    /// Asks for its end; whoever works on it stops at the next commit point.
    package func cancel() throws(Failure) {
        try engine.checkOpen()
        try engine.core.store.cancelJob(id)
        engine.core.running.withLock { $0[.job(id)]?.interrupt(.asked) }
    }
}

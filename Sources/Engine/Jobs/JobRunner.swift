import Base
import CMailroom
import PluginHost
import Store

/// Does jobs: takes one, works on it under its account's lease, stores how it ended.
struct JobRunner {
    let core: Core

    /// How long a job waits for another process to let the account go.
    private static let leaseWaitMs: Int64 = 15 * 60_000

    /// Has a job done on a worker thread of this process, unless it has ended or someone live is at it.
    func start(_ id: Int64) throws(Failure) {
        try core.begin(.job(id), job: id) { interruption in
            do throws(Failure) {
                try perform(id, interruption)
            } catch {
                // The store itself could not be written: whoever waits reads that from the store as well.
                try? core.store.addLog(NewLog(error.explained(), account: nil, what: "job"))
            }
        }
    }

    private func perform(_ id: Int64, _ interruption: Interruption) throws(Failure) {
        guard let job = try core.store.claimJob(id) else { return }
        let outcome: Result<Record, Failure>
        do throws(Failure) {
            outcome = .success(try work(job, interruption))
        } catch {
            switch interruption.reason {
            case .stopping where job.onDeath != .fail, .leaseLost where job.onDeath != .fail:
                return try core.store.releaseJob(id, claim: job.claims)
            default: outcome = .failure(error)
            }
        }
        // One that was faster than the wish to cancel it has its result.
        let failed = if case .failure = outcome { true } else { false }
        while true {
            do throws(Failure) {
                return try core.store.finishJob(
                    id, claim: job.claims, outcome, cancelled: failed && interruption.reason == .asked)
            } catch {
                // A full disk: nobody else can take the job while this process lives, so it must not be left like this.
                guard error.result == Int32(MR_E_STORE), interruption.reason != .stopping else { throw error }
                _ = core.running.wait(milliseconds: 1_000) { _ -> Bool? in
                    interruption.reason == .stopping ? true : nil
                }
            }
        }
    }

    private func work(_ job: JobRow, _ interruption: Interruption) throws(Failure) -> Record {
        guard let account = job.account else {
            throw .unsupported("jobs of kind '\(job.kind)' come with a later version")
        }
        switch job.kind {
        case "connect", "reconnect": return try connect(account, job, interruption)
        case "sync": return try sync(account, job, interruption)
        case "audit": return try audit(account, job, interruption)
        case "verify": return try verify(account, job, interruption)
        case "call": return try operation(account, job, interruption)
        default: throw .unsupported("jobs of kind '\(job.kind)' come with a later version")
        }
    }

    // MARK: connect

    private func connect(_ id: Int64, _ job: JobRow, _ interruption: Interruption) throws(Failure) -> Record {
        try withLease(id, .receive, interruption) { (account, lease) throws(Failure) in
            try ConnectWork(core: core, account: account, interruption: interruption, lease: lease, what: job.kind)
                .run()
        }
    }

    // MARK: a provider's own operation

    private func operation(_ id: Int64, _ job: JobRow, _ interruption: Interruption) throws(Failure) -> Record {
        try withLease(id, .receive, interruption) { (account, _) throws(Failure) in
            let call = OperationCall(core: core, account: account, interruption: interruption)
            let session = try call.open(account.provider)
            defer { call.close(session, account.provider) }
            try session.call(
                call.options(account.provider), call, operation: job.params.text("operation") ?? "",
                arguments: job.params["arguments"]?.record ?? Record())
            return Record(["rows": .list(call.rows.map(Value.record))])
        }
    }

    func withLease(
        _ id: Int64, _ kind: LeaseKeeper.Kind, _ interruption: Interruption,
        _ body: (_ account: AccountRow, _ lease: Lease) throws(Failure) -> Record
    ) throws(Failure) -> Record {
        let lease = try core.leases.take(id, kind, interruption, within: JobRunner.leaseWaitMs)
        defer { core.leases.give(back: id, kind) }
        let account = try core.store.account(id)
        guard account.health.state != "disconnected" else {
            throw Failure(MR_E_CLOSED, "\(account.address) is disconnected; reconnect it first")
        }
        return try body(account, lease)
    }
}

/// Progress goes to the store a few times a second, not with every message.
struct ProgressPace {
    private var last: Int64 = 0

    var isDue: Bool {
        mutating get {
            let now = Clock.boot()
            guard now - last >= 250 else { return false }
            last = now
            return true
        }
    }
}

/// A call of an operation that only one provider has: what it emits are the rows of the result.
final class OperationCall: AccountCall {
    private(set) var rows: [Record] = []

    override func emit(_ kind: String, _ fields: Record) throws(Failure) -> Int32 {
        guard rows.count < 10_000 else { throw Failure(MR_E_PLUGIN, "the operation emitted more than 10,000 rows") }
        var row = Record(["kind": .text(kind)])
        for field in fields.fields where field.name != "kind" { row[field.name] = field.value }
        rows.append(row)
        return Int32(MR_OK)
    }
}

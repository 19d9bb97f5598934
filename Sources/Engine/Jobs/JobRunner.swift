import Base
import CMailroom
import PluginHost
import Store

/// Does jobs: takes the account's lease, then one of its jobs, works on it, stores how it ended. A job of an account that
/// another process works on stays queued: that process takes it, or gives the account back.
struct JobRunner {
    let core: Core
    /// Of the account of the job that is done.
    private var lease: Lease?

    init(core: Core) { self.core = core }

    /// Has a job done on a worker thread of this process, unless it has ended, someone live is at it, or its account is
    /// worked on.
    /// - Returns: false where nothing was begun.
    @discardableResult
    func start(_ job: JobRow) throws(Failure) -> Bool {
        var share: String?
        if let account = job.account, JobRunner.needsLease(job) {
            guard core.leases.isFree(account, .receive) else { return false }
            if core.leases.current(account) == nil, try core.store.isLeased(account) { return false }
            if let row = try? core.store.account(account) { share = try? core.receivingServer(row).share }
        }
        return try core.begin(.job(job.id), job: job.id, host: share) { interruption in
            do throws(Failure) {
                try perform(job, interruption)
            } catch {
                // The store itself could not be written: whoever waits reads that from the store as well.
                try? core.store.addLog(NewLog(error.explained(), account: job.account, what: "job"))
            }
        }
    }

    private func perform(_ job: JobRow, _ interruption: Interruption) throws(Failure) {
        guard let account = job.account, JobRunner.needsLease(job) else { return try claim(job.id, interruption) }
        var runner = self
        do throws(Failure) {
            guard let lease = try core.leases.take(account, .receive, interruption) else { return }
            runner.lease = lease
        } catch {
            // An account that is gone: the job says so.
            guard error.result == Int32(MR_E_NOT_FOUND) else { throw error }
        }
        defer {
            if runner.lease != nil {
                core.leases.give(back: account, .receive)
                core.freed(account)
            }
        }
        try runner.claim(job.id, interruption)
    }

    /// A verification and the doctor watch how others work on the account: they must not keep them from it. A look at a domain
    /// does not touch the account.
    private static func needsLease(_ job: JobRow) -> Bool {
        !["verify", "domain", "doctor", "discover"].contains(job.kind)
    }

    private func claim(_ id: Int64, _ interruption: Interruption) throws(Failure) {
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
        if job.kind == "domain" { return try domain(job, interruption) }
        if job.kind == "discover" { return try discover(job, interruption) }
        guard let account = job.account else {
            throw .unsupported("jobs of kind '\(job.kind)' come with a later version")
        }
        switch job.kind {
        case "connect", "reconnect": return try connect(account, job, interruption)
        case "sync": return try sync(account, job, interruption)
        case "audit": return try audit(account, job, interruption)
        case "doctor": return try doctor(account, job, interruption)
        case "verify": return try verify(account, job, interruption)
        case "call": return try operation(account, job, interruption)
        default: throw .unsupported("jobs of kind '\(job.kind)' come with a later version")
        }
    }

    // MARK: connect

    private func connect(_ id: Int64, _ job: JobRow, _ interruption: Interruption) throws(Failure) -> Record {
        let state = try core.store.account(id).health
        if state.state == "pending" {
            // It was moved to a company without a place since the job was begun.
            var result = Record(["account": .int(id), "pending": .int(1)])
            result.set("notice", state.reason)
            return result
        }
        return try withLease(id, isProof: true) { (account, lease) throws(Failure) in
            try ConnectWork(core: core, account: account, interruption: interruption, lease: lease, what: job.kind)
                .run()
        }
    }

    // MARK: a provider's own operation

    private func operation(_ id: Int64, _ job: JobRow, _ interruption: Interruption) throws(Failure) -> Record {
        try withLease(id) { (account, _) throws(Failure) in
            let call = OperationCall(core: core, account: account, interruption: interruption)
            let session = try call.open(account.provider)
            defer { call.close(session, account.provider) }
            try session.call(
                call.options(account.provider), call, operation: job.params.text("operation") ?? "",
                arguments: try placed(job.params["arguments"]?.record ?? Record(), account))
            return Record(["rows": .list(call.rows.map(Value.record))])
        }
    }

    /// Folders are named as everywhere, by path or id: the provider gets its own spelling of those that are the account's beside that.
    private func placed(_ arguments: Record, _ account: AccountRow) throws(Failure) -> Record {
        var arguments = arguments
        for field in arguments.fields {
            guard var argument = field.value.record, let name = argument["folder"] else { continue }
            let folder = try core.store.folders(account.id).first { folder in
                folder.id == name.int || name.text.map(folder.isNamed) ?? false
            }
            if let folder {
                argument["native"] = .bytes(folder.native)
                arguments[field.name] = .record(argument)
            } else if let id = name.int {
                throw .noFolder(String(id), of: account)
            }
        }
        return arguments
    }

    /// - Parameter isProof: a login is tried: that is how an account that was given up comes back.
    /// - Throws: also `MR_E_THROTTLED`, with the time that is left, while its server wants to be left alone.
    func withLease(
        _ id: Int64, isProof: Bool = false, _ body: (_ account: AccountRow, _ lease: Lease) throws(Failure) -> Record
    ) throws(Failure) -> Record {
        let account = try core.store.account(id)
        try account.checkWorkable(isProof: isProof)
        if !isProof { try core.checkPause(account) }
        guard let lease else { throw Failure(MR_E_INTERNAL, "a job of account \(id) was begun without its lease") }
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

/// A call of an operation that only one provider has: what it emits are the rows of the result, but for what the login before
/// it says of the server.
final class OperationCall: AccountCall {
    private(set) var rows: [Record] = []

    override func emit(_ kind: String, _ fields: Record) throws(Failure) -> Int32 {
        guard kind != "server" else { return try super.emit(kind, fields) }
        guard rows.count < 10_000 else { throw Failure(MR_E_PLUGIN, "the operation emitted more than 10,000 rows") }
        var row = Record(["kind": .text(kind)])
        for field in fields.fields where field.name != "kind" { row[field.name] = field.value }
        rows.append(row)
        return Int32(MR_OK)
    }
}

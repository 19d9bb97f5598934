import Base
import CMailroom
import Store
import Transport

extension Engine {
    static let domainTimeoutMs: ClosedRange<Int64> = 100...60_000

    /// A job of kind `domain`: it needs no account's lease, and changes nothing.
    func checkDomain(_ arguments: Record) throws(Failure) -> Job {
        try RecordSpec.domainArguments.check(arguments)
        var params = arguments
        let account = try arguments.int("account").map { (id) throws(Failure) in try core.store.account(id) }
        if let account {
            guard let at = account.address.lastIndex(of: "@") else { throw .invalid("account", "has no mail address") }
            if arguments.text("domain") == nil {
                params.set("domain", String(account.address[account.address.index(after: at)...]))
            }
        }
        guard let domain = params.text("domain") else { throw .invalid("domain", "is missing, and so is account") }
        try DNSClient.check(domain)
        if let within = arguments.int("timeout_ms"), !Engine.domainTimeoutMs.contains(within) {
            let range = Engine.domainTimeoutMs
            throw .invalid("timeout_ms", "\(within) is not within \(range.lowerBound) to \(range.upperBound)")
        }
        if let resolver = arguments.text("resolver") { _ = try NameServer(resolver) }
        let selectors = arguments.texts("selectors")
        guard selectors.count <= 20 else { throw .invalid("selectors", "there are more than 20") }
        for selector in selectors {
            do throws(Failure) {
                try DNSClient.check("\(selector)._domainkey.\(domain)")
            } catch {
                throw .invalid("selectors", "'\(selector.prefix(64))' is not a selector")
            }
        }
        return Job(
            try core.store.insertJob(NewJob(kind: "domain", account: account?.id, params: params, onDeath: .repeat)),
            self)
    }
}

extension JobRunner {
    /// However many questions it takes, not longer than this in all.
    private static let domainWithinMs: Int64 = 120_000

    func domain(_ job: JobRow, _ interruption: Interruption) throws(Failure) -> Record {
        let patience = Patience(
            deadline: Clock.boot() + JobRunner.domainWithinMs, timeoutMs: job.params.int("timeout_ms") ?? 5_000,
            cancellation: interruption.wake
        ) { () throws(Failure) in try interruption.check() }
        let servers = try job.params.text("resolver").map { (text) throws(Failure) in [try NameServer(text)] }
        let account = try job.account.map { (id) throws(Failure) in try core.store.account(id) }
        var check = DomainCheck(
            client: DNSClient(servers ?? NameServer.system(), patience), domain: job.params.text("domain") ?? "")
        check.server = account?.settings["smtp_host"]
        check.selectors = job.params.texts("selectors")
        check.progress = { done, note in
            try? core.store.jobProgress(job.id, claim: job.claims, done: done, total: DomainCheck.steps, note: note)
        }
        return try check.run()
    }
}

import Base
import CMailroom
import PluginHost
import Store

/// Works through one account's queue on a worker thread: under its lease, and with what failing means for its health.
struct SendRunner {
    let core: Core
    /// This send alone; nil: all that is due.
    var only: Int64?

    /// - Returns: false where this process is at the account's queue already.
    @discardableResult
    func start(_ account: Int64) throws(Failure) -> Bool {
        try core.begin(.sending(account), host: share(account)) { interruption in
            do throws(Failure) {
                try perform(account, interruption)
            } catch {
                try? core.store.addLog(NewLog(error.explained(), account: account, what: "send"))
            }
        }
    }

    /// The server whose threads it takes.
    private func share(_ id: Int64) -> String? {
        guard let account = try? core.store.account(id), let manifest = try? core.registry.manifest(account.provider)
        else { return nil }
        return try? core.server(account, manifest.sendWith ?? account.provider).share
    }

    private func perform(_ id: Int64, _ interruption: Interruption) throws(Failure) {
        guard let lease = try core.leases.take(id, .send, interruption) else { return }
        defer { core.leases.give(back: id, .send) }
        try core.store.settleInterrupted(of: id, lease: lease)  // also where what is queued is held
        let account = try core.store.account(id)
        do throws(Failure) {
            let tried = try SendWork(
                core: core, account: account, interruption: interruption, lease: lease, only: only
            ).run()
            guard tried > 0, account.health.sendHealth != "ok" else { return }
            let health = try core.store.account(id).health
            var after = HealthRules.succeeded(health, [.send], now: Clock.wall())
            after.lastAttempt = health.lastAttempt
            try core.store.setHealth(id, after, lease: lease)
        } catch {
            guard interruption.reason == .none else { return }
            let failure = try AccountFailure(core: core, account: account, lease: lease, interruption: interruption)
                .record(error, .send, what: "send")
            try putOff(id, try forgiven(id, failure), lease)
        }
    }

    /// A refused login that asks nobody for another password yet is, for the queue, a server that takes nothing now.
    private func forgiven(_ id: Int64, _ failure: Failure) throws(Failure) -> Failure {
        guard failure.result == Int32(MR_E_AUTH), try core.store.account(id).health.state == "enabled" else {
            return failure
        }
        var forgiven = Failure(MR_E_OUTAGE, failure.message)
        forgiven.serverText = failure.serverText
        forgiven.step = failure.step
        forgiven.failureClass = SendClass.outage.rawValue
        return forgiven
    }

    /// Nothing could be offered: what is due waits, with the reason. A refused login holds the whole queue, as it is.
    private func putOff(_ account: Int64, _ failure: Failure, _ lease: Lease) throws(Failure) {
        guard failure.result != Int32(MR_E_AUTH), !SendOutcome.concernsAccount(failure) else { return }
        let now = Clock.wall()
        for send in try core.store.dueSends(now: now, limit: SendWork.turn, account: account, only: only) {
            guard let (attempt, begun) = try SendWork.begin(send.id, core.store, lease) else { continue }
            let result = SendOutcome.decide(
                begun, [], failure, offered: false, now: now, rules: core.sendRules(of: account))
            try core.store.finishAttempt(attempt, result, lease: lease)
        }
    }
}

import Base
import CMailroom
import PluginHost
import Store

/// Works through one account's queue on a worker thread: under its lease, and with what failing means for its health.
struct SendRunner {
    let core: Core
    /// This send alone; nil: all that is due.
    var only: Int64?

    /// A server that took nothing is left alone for so long at least.
    private static let restMs: Int64 = 60_000

    /// - Returns: false where this process is at the account's queue already.
    @discardableResult
    func start(_ account: Int64) throws(Failure) -> Bool {
        try core.begin(.sending(account), host: share(account)) { interruption -> SendQueue.Rest? in
            do throws(Failure) {
                return try perform(account, interruption)
            } catch {
                try? core.store.addLog(NewLog(error.explained(), account: account, what: "send"))
                return nil
            }
        } then: { rest in
            switch rest {
            case .paced(let until, let lowOnly) where only == nil:
                core.schedule?.sendTurns.rest(account, until: until, lowOnly: lowOnly, now: Clock.wall())
                if lowOnly { core.schedule?.hurry() }
            case .crowded: core.schedule?.hurry()
            default: break
            }
        }
    }

    /// The server whose threads it takes.
    private func share(_ id: Int64) -> String? {
        guard let account = try? core.store.account(id) else { return nil }
        return try? core.sendingServer(account).server.share
    }

    private func perform(_ id: Int64, _ interruption: Interruption) throws(Failure) -> SendQueue.Rest? {
        guard let lease = try core.leases.take(id, .send, interruption) else { return nil }
        defer { core.leases.give(back: id, .send) }
        try core.store.settleInterrupted(of: id, lease: lease)  // also where what is queued is held
        let account = try core.store.account(id)
        do throws(Failure) {
            let done = try SendWork(
                core: core, account: account, interruption: interruption, lease: lease, only: only
            ).run()
            guard done.tried > 0, account.health.sendHealth != "ok" else { return done.rest }
            try core.store.reviseHealth(id, lease: lease) { (before: Health) throws(Failure) -> Health? in
                var after = HealthRules.succeeded(before, [.send], now: Clock.wall())
                after.lastAttempt = before.lastAttempt
                return after
            }
            return done.rest
        } catch {
            guard interruption.reason == .none else { return nil }
            let failure = try AccountFailure(core: core, account: account, lease: lease, interruption: interruption)
                .record(error, .send, what: "send")
            try putOff(id, try forgiven(id, failure), lease, words: failure.serverText)
            return .paced(until: Clock.wall() + SendRunner.restMs, lowOnly: false)
        }
    }

    /// A refused login that asks nobody for another password yet is, for the queue, a server that takes nothing now.
    private func forgiven(_ id: Int64, _ failure: Failure) throws(Failure) -> Failure {
        guard failure.result == Int32(MR_E_AUTH), try core.store.account(id).health.state == "enabled" else {
            return failure
        }
        // The server's words speak of the login: they are kept, and would make the message a failed one here.
        var forgiven = Failure(MR_E_OUTAGE, failure.message)
        forgiven.step = failure.step
        forgiven.failureClass = SendClass.outage.rawValue
        return forgiven
    }

    /// Nothing could be offered: what was due first waits, with the reason. A refused login, or an account that the provider has
    /// suspended, holds the whole queue, as it is.
    /// - Parameter words: the server's own, to be kept.
    private func putOff(
        _ account: Int64, _ failure: Failure, _ lease: Lease, words: String?
    ) throws(Failure) {
        guard failure.result != Int32(MR_E_AUTH), !SendOutcome.concernsAccount(failure) else { return }
        let now = Clock.wall()
        let due = try core.store.dueSends(now: now, limit: SendQueue.page, account: account, only: only)
        let rules = core.sendRules(of: account)
        try core.store.putOff(due.map(\.id), lease: lease) { send in
            var result = SendOutcome.decide(send, [], failure, offered: false, now: now, rules: rules)
            result.failure?.serverText = words
            return result
        }
    }
}

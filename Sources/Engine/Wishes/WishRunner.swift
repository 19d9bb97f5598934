import Base
import CMailroom
import PluginHost
import Store

/// Carries out one account's wishes on a worker thread, under its lease, on a session of its own. Where a sync of the
/// account runs, that one does it.
struct WishRunner {
    let core: Core

    /// - Returns: false where this process is at the account's wishes, or other work on it, already.
    @discardableResult
    func start(_ account: Int64) throws(Failure) -> Bool {
        guard core.leases.isFree(account, .receive), !core.isRunning(.wishing(account)) else { return false }
        let share = try core.receivingServer(core.store.account(account)).share
        return try core.begin(.wishing(account), host: share) { interruption in
            do throws(Failure) {
                try perform(account, interruption)
            } catch {
                try? core.store.addLog(NewLog(error.explained(), account: account, what: "wish"))
            }
        }
    }

    private func perform(_ id: Int64, _ interruption: Interruption) throws(Failure) {
        guard let lease = try core.leases.take(id, .receive, interruption) else { return }
        defer {
            core.leases.give(back: id, .receive)
            core.freed(id)
        }
        let account = try core.store.account(id)
        guard account.receives, account.unworkable == nil, !account.erasing else { return }
        do throws(Failure) {
            let opening = AccountCall(core: core, account: account, interruption: interruption)
            let work = WishWork(core: core, account: account, interruption: interruption, lease: lease)
            try opening.withSession(account.provider) { (session) throws(Failure) in _ = try work.run(session) }
        } catch {
            _ = try AccountFailure(core: core, account: account, lease: lease, interruption: interruption)
                .record(error, .receive, what: "wish")
        }
    }
}

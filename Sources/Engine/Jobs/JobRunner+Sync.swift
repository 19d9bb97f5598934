import Base
import CMailroom
import PluginHost
import Store

extension JobRunner {
    /// One sync with what it means for the account's health and its next time; for jobs, for the clock and for push.
    /// - Parameter only: these folders alone, by their paths; nil: all that are due.
    func syncAccount(
        _ account: AccountRow, _ interruption: Interruption, _ lease: Lease, only: [String]? = nil,
        report: @escaping (_ done: Int64, _ total: Int64?, _ note: String) -> Void = { _, _, _ in }
    ) throws(Failure) -> Record {
        guard account.receives else { throw .unsupported("\(account.address) only sends: there is nothing to sync") }
        let store = core.store
        do throws(Failure) {
            let work = SyncWork(
                core: core, account: account, interruption: interruption, lease: lease, only: only, report: report)
            let result = try work.run()
            let now = Clock.wall()
            let health = HealthRules.succeeded(try store.account(account.id).health, [.receive], now: now)
            try store.setSyncEnded(
                account.id, health, lastSync: only == nil ? now : nil,
                nextSync: try core.pace(account).next(store.folders(account.id), after: now), lease: lease)
            return result
        } catch {
            // A folder that was asked for and is not there says nothing of the account.
            if only != nil, error.field == "folder" { throw error }
            let failure = try AccountFailure(core: core, account: account, lease: lease, interruption: interruption)
                .record(error.understood(), .receive, what: "sync")
            try? store.setActivity(account.id, activity: "waiting", done: 0, total: nil, lease: lease)
            throw failure
        }
    }
}

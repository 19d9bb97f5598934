import Base
import CMailroom
import PluginHost
import Store

/// Requests of an account go when the provider's budgets have room for them; until then its row says what it waits for.
extension AccountCall {
    /// A wait longer than this is no wait of a thread: the work ends, and is taken up again.
    private static let longestMs: Int64 = 60_000
    /// A shorter one is nothing to tell of.
    private static let toldMs: Int64 = 1_000

    func take(_ need: RequestNeed) throws(Failure) -> (any AnyObject & Sendable)? {
        let manifest = need.manifest
        let budgets = budgets(manifest)
        for budget in budgets where budget.scope == .account { try take(budget, need) }
        for budget in budgets where budget.scope == .client { try take(budget, need) }
        let ticket = try start(need)
        StopPoint.requestTaken.reach()
        return ticket
    }

    private func start(_ need: RequestNeed) throws(Failure) -> RequestBudgets.Ticket? {
        guard let limit = need.manifest.requests else { return nil }
        let key = RequestBudgets.Key(scheme: need.manifest.scheme, budget: "", whose: String(account.id))
        return try core.budgets.start(key, atMost: limit) { (_) throws(Failure) in try goOn(need) }
    }

    /// As the manifest has them, unless the account's settings `budget_NAME` say another number; 0: none.
    private func budgets(_ manifest: ProviderManifest) -> [BudgetSpec] {
        manifest.budgets.compactMap { budget in
            guard let said = account.settings["budget_\(budget.name)"].flatMap({ Int64($0) }) else { return budget }
            return said > 0 ? budget.allowing(said) : nil
        }
    }

    private func take(_ budget: BudgetSpec, _ need: RequestNeed) throws(Failure) {
        let began = Clock.boot()
        var isTold = false
        let cost = budget.cost(units: need.units, octets: need.octets)
        // Also where the wait ends otherwise: nobody waits any more.
        defer { if isTold { try? core.store.setWaiting(account.id, for: nil, until: 0) } }
        let epoch = budget.scope == .account ? core.leases.current(account.id)?.epoch : nil
        try core.budgets.take(budget, key(budget, need.manifest), epoch: epoch, cost: cost, isUrgent: isSending) {
            (wait) throws(Failure) in
            try goOn(need)
            let now = Clock.boot()
            guard wait <= AccountCall.longestMs else { throw tooLong(budget, need.manifest, wait) }
            if !isTold, now - began + wait >= AccountCall.toldMs {
                isTold = true
                let until = Clock.wall() + max(wait, budget.windowMs)
                try? core.store.setWaiting(account.id, for: AccountCall.words(budget, need.manifest), until: until)
            }
        }
    }

    private func goOn(_ need: RequestNeed) throws(Failure) {
        try interruption.check()
        guard Clock.boot() < need.deadline else {
            var failure = Failure(MR_E_CANCELLED, "the provider's limit had no room by the deadline")
            failure.code = "deadline"
            throw failure
        }
    }

    private func key(_ budget: BudgetSpec, _ manifest: ProviderManifest) -> RequestBudgets.Key {
        let whose =
            budget.scope == .account
            ? String(account.id) : "client:" + (account.settings["client_id"] ?? "").prefix(200)
        return RequestBudgets.Key(scheme: manifest.scheme, budget: "\(budget.name).\(budget.units)", whose: whose)
    }

    private func tooLong(_ budget: BudgetSpec, _ manifest: ProviderManifest, _ wait: Int64) -> Failure {
        var failure = Failure(MR_E_THROTTLED, "waits for " + AccountCall.words(budget, manifest))
        failure.cause = "limit.budget"
        failure.retryAfterMs = wait
        return failure
    }

    /// The server named a time: whatever the account asks next waits for it.
    func hold(_ milliseconds: Int64, _ need: RequestNeed) {
        let until = Clock.boot() + milliseconds
        for budget in budgets(need.manifest) where budget.scope == .account {
            core.budgets.close(budget, key(budget, need.manifest), until: until)
        }
    }

    /// A budget in words for people.
    static func words(_ budget: BudgetSpec, _ manifest: ProviderManifest) -> String {
        let seconds = budget.windowMs / 1000
        let whose = budget.scope == .account ? "this mailbox" : "all mailboxes of this client id"
        return "\(manifest.title): \(budget.units) \(budget.measure.rawValue) in \(seconds) s for \(whose)"
    }
}

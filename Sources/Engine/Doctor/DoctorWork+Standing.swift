import Base
import PluginHost
import Store

/// What the store and this process say of the account: nothing here asks a server.
extension DoctorWork {
    func standing(_ chart: inout DoctorChart) throws(Failure) {
        report(Int64(chart.steps.count), "what is known of the account")
        let now = Clock.wall()
        let account = try core.store.account(account.id)
        let stale = try core.staleness(account, now: now)
        let hasWorker = try core.hasWorker()
        if account.receives {
            chart.add(try sync(account, stale, hasWorker))
            if let step = try push(account, hasWorker) { chart.add(step) }
            var twice = DoctorStep("duplicates", .receive, found: "no other account has its login")
            if let other = try SameMailbox(core: core).other(than: account) {
                twice.found = nil
                twice.fails("mailbox.twice", "\(other.address) (account \(other.id)) has the same mailbox")
            }
            chart.add(twice)
            chart.add(try connections(.receive, account.provider))
        }
        if account.sends { chart.add(try connections(.send, core.sendingScheme(account))) }
        var worker = DoctorStep("worker")
        worker.found = try core.store.workerSeenAt().map { "last seen \(max(0, now - $0) / 1000) s ago" } ?? "none runs"
        if !hasWorker, let stale {
            worker.fails(stale.cause == Staleness.mailWaits ? Staleness.mailWaits : Staleness.noWorker)
        }
        chart.add(worker)
    }

    /// Whether the folders are in step.
    private func sync(_ account: AccountRow, _ stale: Staleness?, _ hasWorker: Bool) throws(Failure) -> DoctorStep {
        let folders = try core.store.folders(account.id)
        var step = DoctorStep("sync", .receive)
        if let refused = folders.first(where: { $0.refusals > 0 && $0.synced }) {
            step.fails("folder.refused", "the server does not open \(refused.path)")
            step.serverText = refused.refused
            return step
        }
        if folders.isEmpty, stale?.cause != Staleness.notLookedAt {
            step.isSkipped = true
            step.reason = "no folder is known: it was never synced"
            return step
        }
        let all = "\(folders.filter { $0.syncedAt != nil }.count) of \(folders.count) folders synced"
        step.found = account.health.lastSuccess.map { "\(all), in step at \(Advice.pastMinute($0))" } ?? all
        if let stale, stale.cause == Staleness.notLookedAt {
            step.fails(stale.cause, "not found equal to the server since \(Advice.pastMinute(stale.since))")
        }
        return step
    }

    /// Whether news of the inbox comes by push where the server has it; nil where nobody works on the account.
    private func push(_ account: AccountRow, _ hasWorker: Bool) throws(Failure) -> DoctorStep? {
        let manifest = try core.registry.manifest(account.provider)
        guard hasWorker, manifest.can("watch") else { return nil }
        let inbox = try core.store.folders(account.id).first(where: \.isInbox)
        guard let inbox, inbox.syncedAt != nil else { return nil }
        var step = DoctorStep("push", .receive, found: inbox.push ?? "none")
        let server = try core.receivingServer(account)
        if !inbox.synced || inbox.mode == "manual" {
            step.fails(Cause.folderOff.code)
        } else if inbox.mode == "interval" {
            step.fails(Cause.polling.code)
        } else if inbox.push == nil, server.connections < 2 {
            step.fails(Cause.limit.code)
        }
        return step
    }

    /// The connections of this process to the server, against their limit.
    private func connections(_ side: HealthRules.Side, _ scheme: String) throws(Failure) -> DoctorStep {
        let server = try core.server(account, scheme)
        let key = Connections.Key(account: account.id, scheme: scheme, host: server.host)
        let limit = core.learned.limit(key, of: server, core.store)
        let open = core.connections.count(key)
        let learned = limit < server.connections ? " (the server took no more)" : ""
        var step = DoctorStep("connections", side, found: "\(open) of \(limit) in use by this process\(learned)")
        if open >= limit { step.fails("limit.own") }
        return step
    }
}

import Base
import CMailroom
import PluginHost
import Store

/// Proves that an account's settings work: logs in on each of its sides and lists the folders.
struct ConnectWork {
    let core: Core
    let account: AccountRow
    let interruption: Interruption
    let lease: Lease
    /// connect or reconnect, for the log.
    let what: String

    /// - Returns: account, folders, and `notice` where the mailbox is connected already.
    func run() throws(Failure) -> Record {
        var result = Record(["account": .int(account.id)])
        var sides: [HealthRules.Side] = []
        let manifest = try core.registry.manifest(account.provider)
        try takeGrant()
        if account.receives {
            try prove(.receive) { () throws(Failure) in
                result.set("folders", try folders())
            }
            sides.append(.receive)
        }
        if account.sends {
            try prove(.send) { () throws(Failure) in
                let scheme = manifest.sendWith ?? account.provider
                let call = AccountCall(core: core, account: account, interruption: interruption)
                call.close(try call.open(scheme), scheme)
            }
            sides.append(.send)
        }
        try core.store.reviseHealth(account.id, lease: lease) { (before: Health) throws(Failure) -> Health? in
            var health = HealthRules.succeeded(before, sides, now: Clock.wall())
            health.lastSuccess = before.lastSuccess  // logging in is not being in step
            return health
        }
        if account.sends { try core.store.releaseRetries(of: account.id) }
        if account.receives { result.set("notice", try SameMailbox(core: core).notice(account)) }
        return result
    }

    /// What nobody granted, or the wrong one, is refused here: an account that was there goes on as it was.
    private func takeGrant() throws(Failure) {
        let pending = try core.store.authorization(account: account.id)
        do throws(Failure) {
            try GrantWork(core: core, account: account, interruption: interruption, isProof: true).run()
        } catch {
            guard error.result == Int32(MR_E_AUTH), pending?.isOfReconnect == true, account.hasBeenTried,
                interruption.reason == .none
            else {
                return try prove(account.receives ? .receive : .send) { () throws(Failure) in throw error }
            }
            var refused = error.explained()
            refused.message += "; the account is left as it was"
            refused.account = account.id
            refused.provider = account.provider
            var log = NewLog(refused, account: account.id, what: what)
            log.level = "warning"
            try core.store.addLog(log)
            throw refused
        }
    }

    private func folders() throws(Failure) -> Int64 {
        let call = FolderCall(core: core, account: account, interruption: interruption)
        let session = try call.open(account.provider)
        defer { call.close(session, account.provider) }
        try session.folders(call.options(account.provider), call)
        let rows = try core.store.applyFolders(account.id, call.folders, state: call.state, lease: lease)
        return Int64(rows.count)
    }

    private func prove(_ side: HealthRules.Side, _ body: () throws(Failure) -> Void) throws(Failure) {
        do throws(Failure) {
            try body()
        } catch {
            throw try AccountFailure(core: core, account: account, lease: lease, interruption: interruption)
                .record(error, side, what: what)
        }
    }
}

/// Puts down that work on an account failed: in its health and in the log.
struct AccountFailure {
    let core: Core
    let account: AccountRow
    let lease: Lease
    let interruption: Interruption

    /// - Returns: the failure with its cause and advice. A wish to stop, a lost lease, a store that cannot be written or
    /// that others keep busy, or a key that this process lacks, is no failure of the account.
    func record(_ failure: Failure, _ side: HealthRules.Side, what: String) throws(Failure) -> Failure {
        let (provider, statusURL) = core.knownProvider(account, side)
        let told = side == .send ? SendOutcome.told(failure) : failure
        var explained = told.explained(at: provider, statusURL: statusURL)
        if account.usesTokens, told.cause == nil, explained.isAboutPassword {
            var refused = told
            refused.cause = "oauth.token_refused"
            explained = refused.explained(at: provider, statusURL: statusURL)
        }
        explained.account = account.id
        explained.provider = explained.provider ?? account.provider
        guard interruption.reason == .none, !interruption.isGivingWay, failure.result != Int32(MR_E_KEY),
            failure.result != Int32(MR_E_FORKED)
        else { return explained }
        guard !failure.isOfTheStore else {
            if !failure.isLeaseLost { try? core.store.addLog(NewLog(explained, account: account.id, what: what)) }
            return explained
        }
        let now = Clock.wall()
        var log = NewLog(explained, account: account.id, what: what)
        // Whoever gives a password now is told at once that it is refused.
        let isProof = what == "connect" || what == "reconnect"
        var isForgiven = false
        let after = try core.store.reviseHealth(account.id, lease: lease) {
            (before: Health) throws(Failure) -> Health? in
            let forgiven = isProof ? nil : HealthRules.forgiven(before, side, explained, now: now)
            isForgiven = forgiven != nil
            return forgiven ?? HealthRules.failed(before, side, explained, now: now)
        }
        if side == .receive { try core.notePause(account.id, explained, now: now) }
        if isForgiven, let forgiven = after {
            if side == .receive {
                try core.store.setSchedule(account.id, lastSync: nil, nextSync: forgiven.nextAttempt, lease: lease)
            }
            log.level = "warning"
            log.message += "; it has worked before, so it is tried once more"
        }
        try core.store.addLog(log)
        return explained
    }
}

import Base
import CMailroom
import PluginHost
import Store

/// Connections are opened here alone: within the limits of the account, the server and the process, at the pace of the
/// server, and not while it wants to be left alone.
extension AccountCall {
    func open(
        _ provider: LoadedProvider, _ server: MailServer, _ purpose: Connections.Purpose
    ) throws(Failure) -> ProviderSession {
        try core.pauses.check(account: account.id, host: server.host)
        let key = Connections.Key(account: account.id, host: server.host)
        let until = Clock.boot() + 2 * core.options.connectTimeoutMs
        let slot = try slot(key, server, purpose, until)
        do throws(Failure) {
            // A watch has passed already: it does not wait with a thread.
            if server.isRemote, purpose == .work {
                try core.logins.enter(server.host, until: until) { () throws(Failure) in try interruption.check() }
            }
            defer { if server.isRemote, purpose == .work { core.logins.leave(server.host) } }
            let session = try ProviderSession.open(
                provider, options(provider.scheme, within: 2 * core.options.connectTimeoutMs), self)
            session.attached = slot
            return session
        } catch {
            slot.end()
            throw refused(error, key, server)
        }
    }

    /// Takes a slot; what is kept open for later gives way.
    private func slot(
        _ key: Connections.Key, _ server: MailServer, _ purpose: Connections.Purpose, _ until: Int64
    ) throws(Failure) -> Connections.Slot {
        while true {
            let limit = core.learned.limit(key, of: server, core.store)
            if let slot = core.connections.take(key, limit: limit, for: purpose) { return slot }
            let spare = purpose == .watch ? 1 : 0
            let isFull = core.connections.count(key) >= limit - spare
            if core.sessions?.makeRoom(for: account.id, ownOnly: isFull) == true { continue }
            try interruption.check()
            guard purpose == .work, Clock.boot() < until else {
                var failure = Failure(
                    MR_E_THROTTLED,
                    "as many connections to \(server.host) are open as are allowed (\(limit) for this account)")
                failure.cause = "limit.own"
                failure.retryAfterMs = 10_000
                throw failure
            }
            if isFull { core.watchers?.shed(account.id) }
            core.connections.pause(100)
        }
    }

    /// What a refused opening means for the ones to come: a pause, and perhaps fewer connections.
    private func refused(_ failure: Failure, _ key: Connections.Key, _ server: MailServer) -> Failure {
        var understood = failure.understood()
        guard understood.result == Int32(MR_E_THROTTLED) else { return understood }
        if ServerLimit.of(failure) == .connections {
            let open = core.connections.count(key)
            if let limit = core.learned.refused(key, open: open, of: server, core.store) {
                var log = NewLog(
                    account: account.id, level: "warning", what: "limits",
                    message:
                        "\(server.host) takes no more than \(limit) connections of this account at once: kept for a day"
                )
                log.cause = "connection.limit"
                log.serverText = failure.serverText
                try? core.store.addLog(log)
                core.watchers?.shed(account.id)
                _ = core.sessions?.makeRoom(for: account.id, ownOnly: true)
                understood.retryAfterMs = understood.retryAfterMs ?? 5_000
            }
        }
        return core.pauses.note(understood, account: account.id, host: server.host)
    }
}

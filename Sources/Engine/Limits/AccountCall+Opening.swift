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
        let key = Connections.Key(account: account.id, scheme: provider.scheme, host: server.host)
        try core.pauses.check(key)
        // Before any place is taken: an issuer of tokens that is slow keeps nobody waiting but the accounts that it is asked for.
        if account.usesTokens { _ = try token(refresh: false) }
        do throws(Failure) {
            return try openOnce(provider, server, key, purpose)
        } catch {
            // A connection of our own was in the way, and goes: the work need not fail for that.
            guard error.cause == "connection.limit", purpose == .work, core.connections.count(key) > 0 else {
                throw error
            }
            core.watchers?.shed(account.id)
            let until = Clock.boot() + 3_000
            while core.connections.count(key) > 0, Clock.boot() < until {
                try interruption.check()
                core.connections.pause(100)
            }
            guard core.connections.count(key) == 0 else { throw error }
            core.pauses.end(key)
            return try openOnce(provider, server, key, purpose)
        }
    }

    private func openOnce(
        _ provider: LoadedProvider, _ server: MailServer, _ key: Connections.Key, _ purpose: Connections.Purpose
    ) throws(Failure) -> ProviderSession {
        let slot = try slot(key, server, purpose, Clock.boot() + 2 * core.options.connectTimeoutMs)
        do throws(Failure) {
            // A watch has passed already: it does not wait with a thread.
            if server.isRemote, purpose == .work {
                try core.logins.enter(server.host) { () throws(Failure) in try interruption.check() }
                pass = LoginPass(core.logins, server.host)
            }
            defer {
                pass?.leave()
                pass = nil
            }
            var options = options(provider.scheme, within: 2 * core.options.connectTimeoutMs)
            if isTLSGuessed(provider.scheme) { options.firstWordMs = AccountCall.guessedMs }
            let session = try ProviderSession.open(provider, options, self)
            session.attached = slot
            return session
        } catch {
            slot.end()
            var failure = refused(error, key, server)
            if failure.cause == "connection.timed_out", failure.step == "greeting", isTLSGuessed(provider.scheme) {
                failure.cause = "tls.unsaid"
            }
            throw failure
        }
    }

    /// So long a server that is only guessed to begin in the clear may take to greet, in milliseconds.
    private static let guessedMs: Int64 = 10_000

    /// Whether nobody said how the connection is secured, and the port does not tell.
    private func isTLSGuessed(_ scheme: String) -> Bool {
        guard (account.settings["\(scheme)_tls"] ?? "").isEmpty, let port = account.settings["\(scheme)_port"] else {
            return false
        }
        return !["", "25", "110", "143", "465", "587", "993", "995"].contains(port)
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
        guard !failure.isOfIssuer else { return failure }
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
        return core.pauses.note(understood, key)
    }
}

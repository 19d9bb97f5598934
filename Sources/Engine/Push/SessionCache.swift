import Base
import CMailroom
import PluginHost
import Store

/// Sessions that are kept open for some minutes after a sync, one an account: what push tells of is fetched without a new
/// login. They give way to whatever else needs a connection, and hold the account's lease while they are kept.
final class SessionCache: LeaseHolder {
    private struct Kept: @unchecked Sendable {
        /// Used by nobody while it is here.
        let session: ProviderSession
        let account: AccountRow
        let scheme: String
        let number: Int64
    }

    private struct State {
        var open = false
        var number: Int64 = 0
        var kept: [Int64: Kept] = [:]
    }

    static let keepMs: Int64 = 5 * 60_000
    private let core: Core
    private let timers: Timers
    private let state = Lock(State())

    init(_ core: Core, _ timers: Timers) {
        self.core = core
        self.timers = timers
    }

    /// From now on sessions are kept.
    func start() { state.withLock { $0.open = true } }

    /// Nothing is kept any more.
    /// - Returns: what was: each is to be run once, on whatever thread, and ends within two seconds.
    func stop() -> [@Sendable () -> Void] {
        let all = state.withLock { state in
            state.open = false
            defer { state.kept = [:] }
            return Array(state.kept.values)
        }
        return all.map { kept in { [self] in close(kept) } }
    }

    var count: Int { state.withLock { $0.kept.count } }

    /// The session that is kept for the account, where it is of the same settings and its server has not ended it.
    func take(_ account: AccountRow, _ scheme: String) -> ProviderSession? {
        guard let kept = remove(account.id, number: nil) else { return nil }
        let isSame = kept.scheme == scheme && kept.account.settings == account.settings
        guard isSame, !kept.session.isSevered else {
            close(kept)
            return nil
        }
        core.leases.give(back: account.id, .keep)
        return kept.session
    }

    /// - Returns: false where it is not kept: the caller closes it.
    func keep(_ session: ProviderSession, _ account: AccountRow, _ scheme: String) -> Bool {
        guard SessionCache.isSound(session), !session.isSevered else { return false }
        guard let lease = try? core.leases.take(account.id, .keep, self) else { return false }
        session.rest()
        let kept = state.withLock { state -> Kept? in
            guard state.open, state.kept[account.id] == nil, state.kept.count < core.connections.ofProcess / 4 else {
                return nil
            }
            state.number += 1
            let kept = Kept(session: session, account: account, scheme: scheme, number: state.number)
            state.kept[lease.account] = kept
            return kept
        }
        guard let kept else {
            core.leases.give(back: account.id, .keep)
            return false
        }
        timers.after(SessionCache.keepMs) { [self] in end(account.id, kept.number) }
        return true
    }

    /// Closes a kept session that stands in the way of a new connection: the account's own, else the one that has been kept
    /// longest.
    /// - Parameter ownOnly: it is a limit of the account that is in the way.
    /// - Returns: whether there was one.
    func makeRoom(for account: Int64, ownOnly: Bool) -> Bool {
        let account = state.withLock { state -> Int64? in
            if ownOnly || state.kept[account] != nil { return account }
            return state.kept.values.min { $0.number < $1.number }?.account.id
        }
        guard let account, let kept = remove(account, number: nil) else { return false }
        close(kept)
        return true
    }

    /// Ends what is kept for the account, on a worker thread.
    func drop(_ account: Int64) { end(account, nil) }

    func leaseLost(_ account: Int64) { end(account, nil) }

    private func end(_ account: Int64, _ number: Int64?) {
        guard let kept = remove(account, number: number) else { return }
        do throws(Failure) {
            try core.workers.run(sends: false) { [self] in close(kept) }
        } catch {
            close(kept)
        }
    }

    private func remove(_ account: Int64, number: Int64?) -> Kept? {
        state.withLock { state in
            guard let kept = state.kept[account], number == nil || number == kept.number else { return nil }
            state.kept[account] = nil
            return kept
        }
    }

    private func close(_ kept: Kept) {
        let interruption = Interruption(store: core.store, job: nil)
        AccountCall(core: core, account: kept.account, interruption: interruption).close(kept.session, kept.scheme)
        core.leases.give(back: kept.account.id, .keep)
    }

    /// A session whose latest call failed is of no more use, unless the server merely said no.
    private static func isSound(_ session: ProviderSession) -> Bool {
        guard let failure = session.failure else { return true }
        return [MR_E_REFUSED, MR_E_NOT_FOUND, MR_E_UNSUPPORTED].contains(Int(failure.result))
    }
}

import Base
import CMailroom
import PluginHost
import Store

/// Opening a watch, on a worker thread.
extension Watchers {
    /// How long one call of a watching session may take in all.
    static let callMs: Int64 = 60_000

    func open(_ id: Int64, _ pass: LoginPass) {
        let interruption = Interruption(store: core.store, job: nil)
        guard hold(id, interruption) else { return rest(id, .forgotten) }
        do throws(Failure) {
            guard let lease = try core.leases.take(id, .watch, self) else {
                return rest(id, .later(Watchers.elsewhereMs))
            }
            let begun: (session: WatchSession, changed: Set<String>)?
            do throws(Failure) {
                begun = try connect(id, lease, interruption, pass)
            } catch {
                failed(id, error, nil, interruption)
                return
            }
            guard let begun else {
                core.leases.give(back: id, .watch)
                return rest(id, .off(0))
            }
            park(id, begun.session)
            // What came between the last sync and now was seen by neither.
            core.turns?.changed(id, begun.session.folders)
        } catch {
            // The account is gone, or the store could not be asked now.
            rest(id, error.result == Int32(MR_E_NOT_FOUND) ? .forgotten : .later(Watchers.elsewhereMs))
        }
    }

    /// Logs in and begins to watch.
    /// - Returns: nil where there is nothing to be watched.
    private func connect(
        _ id: Int64, _ lease: Lease, _ interruption: Interruption, _ pass: LoginPass
    ) throws(Failure) -> (session: WatchSession, changed: Set<String>)? {
        let account = try core.store.account(id)
        guard let wanted = wanted(account) else { return nil }
        let folders = try core.pace(account).toWatch(core.store.folders(id))
        state.withLock { $0.watches[id]?.wanted = wanted }
        let call = WatchCall(core: core, account: account, interruption: interruption)
        call.pass = pass
        let session = try call.open(account.provider, for: .watch)
        do throws(Failure) {
            let outcome = try session.watch(
                call.options(account.provider, within: Watchers.callMs), call, folders: folders.map(\.asFields))
            let watched = folders.filter { !call.unwatched.contains($0.path) }
            guard outcome != .ended, session.parked != nil, !watched.isEmpty else {
                throw .unsupported("\(account.provider) has nothing to wait for with this server")
            }
            for (key, value) in call.pendingState { try core.store.statePut(account: id, key: key, value ?? []) }
            let how = watched.count > 1 ? "notify" : "idle"
            try core.store.setFolderPush(
                id, Dictionary(watched.map { ($0.id, .some(how)) }) { first, _ in first }, lease: lease)
            return (
                WatchSession(
                    session: session, account: account, folders: watched.map(\.path), openedAt: Clock.boot()),
                call.changed
            )
        } catch {
            call.close(session, account.provider)
            throw error
        }
    }

    /// Marks the watch as this thread's.
    /// - Returns: false where it is over.
    func hold(_ id: Int64, _ interruption: Interruption) -> Bool {
        state.withLock { state in
            guard state.open, state.watches[id] != nil else { return false }
            state.watches[id]?.interruption = interruption
            return true
        }
    }

    /// Hands the session to the poller.
    func park(_ id: Int64, _ session: WatchSession) {
        let number = state.withLock { state -> Int64? in
            guard state.open, let watch = state.watches[id], watch.mustEnd == nil else { return nil }
            state.watches[id]?.session = session
            state.watches[id]?.early = nil
            return state.step(id, .parking)
        }
        guard let number, let parked = session.session.parked else { return end(id, session, politely: true) }
        do throws(Failure) {
            try parked.wait { [self] reason in wake(id, number, reason) }
        } catch {
            let interruption = Interruption(store: core.store, job: nil)
            return failed(id, error, session, interruption)
        }
        enum Next { case stay, wake, end }
        let next: Next = state.withLock { state in
            guard state.watches[id]?.number == number else { return .stay }
            let watch = state.watches[id]
            if watch?.mustEnd != nil || !state.open {
                state.watches[id]?.phase = .busy
                return .end
            }
            state.watches[id]?.interruption = nil
            state.watches[id]?.phase = watch?.early == nil ? .parked : .busy
            return watch?.early == nil ? .stay : .wake
        }
        switch next {
        case .stay: return
        case .wake: dispatch(id)
        case .end: end(id, session, politely: true)
        }
    }
}

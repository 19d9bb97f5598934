import Base
import CMailroom
import PluginHost
import Store
import Transport

/// A parked session that wakes.
extension Watchers {
    /// On the poller's thread: hands the session to a worker.
    func wake(_ id: Int64, _ number: Int64, _ reason: WakeReason) {
        let isMine = state.withLock { state in
            guard let watch = state.watches[id], watch.number == number else { return false }
            state.watches[id]?.early = reason
            guard case .parked = watch.phase else { return false }
            state.watches[id]?.phase = .busy
            return true
        }
        if isMine { dispatch(id) }
    }

    /// Has a worker go on with a watch that is marked as busy.
    func dispatch(_ id: Int64) {
        let host = state.withLock { $0.watches[id]?.host }
        do throws(Failure) {
            try core.workers.run(sends: false, host: host) { [self] in goOn(id) }
        } catch {
            // The engine is closing.
            guard let session = state.withLock({ $0.watches[id]?.session }) else { return rest(id, .forgotten) }
            end(id, session, politely: false)
        }
    }

    private func goOn(_ id: Int64) {
        let interruption = Interruption(store: core.store, job: nil)
        let isHeld = hold(id, interruption)
        let (session, reason) = state.withLock { ($0.watches[id]?.session, $0.watches[id]?.early) }
        guard let session, let reason else { return rest(id, .forgotten) }
        guard isHeld else { return end(id, session, politely: true) }
        let account = session.account
        let call = WatchCall(core: core, account: account, interruption: interruption)
        do throws(Failure) {
            do throws(Failure) {
                _ = try session.session.wake(
                    call.options(account.provider, within: Watchers.callMs), call, reason: reason.rawValue)
                tell(id, call, session)
            } catch {
                tell(id, call, session)
                throw error
            }
            guard session.session.parked != nil else {
                throw Failure(MR_E_CONNECTION, "the server ended the connection that waited for news")
            }
        } catch {
            return failed(id, error, session, interruption)
        }
        park(id, session)
    }

    /// What the server told of is synced at once.
    private func tell(_ id: Int64, _ call: WatchCall, _ session: WatchSession) {
        core.turns?.changed(id, session.folders.filter(call.changed.contains))
    }
}

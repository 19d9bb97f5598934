import Base
import CMailroom
import PluginHost
import Store
import Transport

/// How a watch ends, and what comes after it.
extension Watchers {
    /// A pause beyond this leaves the folders to the clock.
    private static let shortMs: Int64 = 5_000
    /// A server without push is asked for it again after so long.
    private static let unsupportedMs: Int64 = 6 * 3_600_000

    /// Has the account's watch end, whatever it is at.
    func end(_ id: Int64, _ ending: Watch.Ending) {
        enum Step { case nothing, rest, close(WatchSession) }
        let step: Step = state.withLock { state in
            guard let watch = state.watches[id] else { return .nothing }
            switch watch.phase {
            case .waiting, .queued, .off: return ending == .forgotten || ending == .later(0) ? .rest : .nothing
            case .busy, .parking:
                state.watches[id]?.mustEnd = ending
                watch.interruption?.interrupt(.leaseLost)
                return .nothing
            case .parked:
                guard let session = watch.session else { return .rest }
                state.watches[id]?.mustEnd = ending
                _ = state.step(id, .busy)
                return .close(session)
            }
        }
        switch step {
        case .nothing: return
        case .rest: rest(id, ending)
        case .close(let session):
            do throws(Failure) {
                // Of no server's share: somebody may wait there for this very connection.
                try core.workers.run(sends: false) { [self] in end(id, session, politely: true) }
            } catch {
                end(id, session, politely: false)
            }
        }
    }

    /// Closes the session of a watch that this thread has, and does what was asked for.
    func end(_ id: Int64, _ session: WatchSession, politely: Bool) {
        close(session, within: politely ? 2_000 : 0)
        if let lease = core.leases.current(id) { try? core.store.setFolderPush(id, [:], lease: lease) }
        core.leases.give(back: id, .watch)
        let ending = state.withLock { $0.watches[id]?.mustEnd ?? .forgotten }
        rest(id, ending)
    }

    /// The session, or the attempt to open one, came to nothing: it is tried again later, the less often the worse it is.
    func failed(_ id: Int64, _ failure: Failure, _ session: WatchSession?, _ interruption: Interruption) {
        let why = failure.understood().explained()
        if let session { close(session, within: failure.result == Int32(MR_E_CONNECTION) ? 0 : 2_000) }
        let wasAsked = interruption.reason != .none
        let (asked, tries, folders) = state.withLock { state -> (Watch.Ending?, Int, [String]) in
            let before = state.watches[id]?.tries ?? 0
            let tries = wasAsked ? before : Reconnecting.tries(before, openedAt: session?.openedAt, now: Clock.boot())
            state.watches[id]?.tries = tries
            return (state.watches[id]?.mustEnd, tries, session?.folders ?? state.watches[id]?.wanted?.folders ?? [])
        }
        let ending = asked ?? Watchers.ending(why, tries)
        if !Watchers.isSoon(ending) {
            if let lease = core.leases.current(id) { try? core.store.setFolderPush(id, [:], lease: lease) }
            if let session { poll(id, session) }
        }
        core.leases.give(back: id, .watch)
        rest(id, ending)
        guard asked == nil, !wasAsked, why.result != Int32(MR_E_UNSUPPORTED) else { return }
        // The login is tried by a sync as well: what it comes to is the account's health, not a watch's.
        if why.result == Int32(MR_E_AUTH) { core.turns?.changed(id, folders) }
        guard tries == 1 || tries == 4 else { return }
        var log = NewLog(why, account: id, what: "watch")
        log.level = "warning"
        try? core.store.addLog(log)
    }

    /// What comes after a failure.
    private static func ending(_ failure: Failure, _ tries: Int) -> Watch.Ending {
        switch Int(failure.result) {
        case MR_E_UNSUPPORTED: return .off(unsupportedMs)
        case MR_E_AUTH, MR_E_KEY, MR_E_INVALID, MR_E_NOT_FOUND, MR_E_CLOSED: return .off(0)
        case MR_E_THROTTLED:
            return .later(max(Reconnecting.pause(tries), failure.retryAfterMs ?? Pauses.unnamedMs))
        default: return .later(Reconnecting.pause(tries))
        }
    }

    private static func isSoon(_ ending: Watch.Ending) -> Bool {
        if case .later(let pause) = ending { pause <= shortMs } else { false }
    }

    /// Looks at the folders by the clock while nobody watches them.
    private func poll(_ id: Int64, _ session: WatchSession) {
        guard let pace = try? core.pace(session.account) else { return }
        timers.after(max(pace.pollMs, pace.floorMs)) { [self] in
            if !isWatched(id) { core.turns?.changed(id, session.folders) }
        }
    }

    /// The watch has no session any more: what comes next.
    func rest(_ id: Int64, _ ending: Watch.Ending) {
        let number = state.withLock { state -> Int64? in
            guard state.watches[id] != nil else { return nil }
            state.watches[id]?.session = nil
            state.watches[id]?.interruption = nil
            state.watches[id]?.mustEnd = nil
            state.watches[id]?.early = nil
            guard state.open else {
                state.watches[id] = nil
                return nil
            }
            switch ending {
            case .later: return state.step(id, .waiting)
            case .off(let pause):
                state.watches[id]?.offUntil = Clock.boot() + pause
                _ = state.step(id, .off)
                return nil
            case .forgotten:
                state.watches[id] = nil
                return nil
            }
        }
        state.signal { _ in }
        guard let number, case .later(let pause) = ending else { return }
        timers.after(pause) { [self] in retry(id, number) }
    }

    /// Says goodbye to the server, as far as the time allows.
    func close(_ session: WatchSession, within milliseconds: Int64) {
        let interruption = Interruption(store: core.store, job: nil)
        let call = WatchCall(core: core, account: session.account, interruption: interruption)
        let scheme = session.account.provider
        if milliseconds > 0, session.session.parked != nil {
            _ = try? session.session.wake(
                call.options(scheme, within: milliseconds / 2), call, reason: WakeReason.stop.rawValue)
        }
        if milliseconds <= 0 { interruption.interrupt(.stopping) }
        call.close(session.session, scheme)
    }
}

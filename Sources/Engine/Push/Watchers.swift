import Base
import CMailroom
import PluginHost
import Store

/// Who watches for news: one session an account, parked with the poller, without a thread. A wake takes a worker thread
/// for as long as there is something to read; what it tells of is synced at once (docs/engine.md, push).
///
/// The life of a watch: in line for a login (`Watchers+Line`), opened (`Watchers+Opening`), parked, woken (`Watchers+Waking`),
/// ended and begun again, or put off (`Watchers+Ending`).
final class Watchers: LeaseHolder {
    struct State {
        var open = false
        var watches: [Int64: Watch] = [:]
        /// Those that wait for a login, by server; and whether a timer comes for the line.
        var lines: [String: Fifo<Int64>] = [:]
        var timed: Set<String> = []
        var number: Int64 = 0

        /// The watch's next step: whatever was under way before is void.
        mutating func step(_ account: Int64, _ phase: Watch.Phase) -> Int64 {
            number += 1
            watches[account]?.number = number
            watches[account]?.phase = phase
            return number
        }
    }

    let core: Core
    let timers: Timers
    let state = Monitor(State())

    init(_ core: Core, _ timers: Timers) {
        self.core = core
        self.timers = timers
    }

    /// From now on accounts are watched; those that there are, at once.
    func start() {
        state.withLock { $0.open = true }
        for account in (try? core.store.watchableAccounts()) ?? [] { consider(account) }
    }

    /// Begins to watch the account unless it is watched, or is about to be; one that was off is looked at again.
    func consider(_ id: Int64) {
        let isIdle = state.withLock { state in
            guard state.open else { return false }
            guard let watch = state.watches[id] else { return true }
            guard case .off = watch.phase else { return false }
            return watch.offUntil <= Clock.boot()
        }
        guard isIdle, let account = try? core.store.account(id), let found = wanted(account) else { return }
        begin(account, found)
    }

    /// Something of the account was changed: settings, a folder, its state. What it changes of the watch is done.
    func reconsider(_ account: AccountRow) {
        let found = wanted(account)
        enum Step { case nothing, begin, restart }
        let step: Step = state.withLock { state in
            guard state.open else { return .nothing }
            guard let watch = state.watches[account.id] else { return .begin }
            if let found, watch.wanted == found { return .nothing }
            if found != nil { state.watches[account.id]?.tries = 0 }
            if case .off = watch.phase { return found == nil ? .nothing : .begin }
            return .restart
        }
        switch step {
        case .nothing: return
        case .begin: break
        case .restart: end(account.id, found == nil ? .off(0) : .later(0))
        }
        if let found, step == .begin { begin(account, found) }
    }

    /// Ends the account's watch because its connection is needed, or refused: something changes before it comes again.
    func shed(_ account: Int64) { end(account, .later(60_000)) }

    /// The account is gone.
    func forget(_ account: Int64) { end(account, .forgotten) }

    func leaseLost(_ account: Int64) { end(account, .later(Watchers.elsewhereMs)) }

    /// Where another process has the account: looked at again so often.
    static var elsewhereMs: Int64 { Int64.random(in: 10_000...20_000) }

    /// Nobody is watched any more, and no watch begins. What is under way on worker threads is interrupted: `join`.
    /// - Returns: the sessions that were parked: each closure is to be run once, on whatever thread, with the milliseconds
    ///   that its goodbye may take.
    func stop() -> [@Sendable (Int64) -> Void] {
        var parked: [(Int64, WatchSession)] = []
        state.signal { state in
            state.open = false
            state.lines = [:]
            state.timed = []
            for (id, watch) in state.watches {
                switch watch.phase {
                case .waiting, .queued, .off: state.watches[id] = nil
                case .busy, .parking: watch.interruption?.interrupt(.stopping)
                case .parked:
                    state.watches[id] = nil
                    if let session = watch.session { parked.append((id, session)) }
                }
            }
        }
        return parked.map { id, session in
            { [self] milliseconds in
                close(session, within: milliseconds)
                core.leases.give(back: id, .watch)
            }
        }
    }

    /// Waits until no thread is at a watch, after `stop`.
    func join() { _ = state.wait(milliseconds: nil) { $0.watches.isEmpty ? true : nil } }

    /// How many sessions are parked.
    var count: Int {
        state.withLock { state in
            state.watches.values.reduce(0) { count, watch in
                if case .parked = watch.phase { count + 1 } else { count }
            }
        }
    }

    /// Whether somebody waits for news of the account now.
    func isWatched(_ account: Int64) -> Bool { state.withLock { $0.watches[account]?.session != nil } }

    /// What is to be watched of the account; nil: nothing.
    func wanted(_ account: AccountRow) -> Watch.Wanted? {
        guard account.receives, !account.erasing, account.health.state == "enabled" || account.health.state == "error",
            account.health.syncHealth == "ok", let pace = try? core.pace(account), pace.canPush,
            let server = try? core.receivingServer(account), let folders = try? core.store.folders(account.id)
        else { return nil }
        let watched = pace.toWatch(folders)
        let key = Connections.Key(account: account.id, scheme: account.provider, host: server.host)
        let connections = core.learned.limit(key, of: server, core.store)
        // The watch has a connection of its own, beside that which works.
        guard !watched.isEmpty, connections >= 2 else { return nil }
        return Watch.Wanted(settings: account.settings, folders: watched.map(\.path))
    }
}

import Base
import CMailroom
import Store

/// Whose turn it is to be synced: by the clock, or because a server told of news. One sync of an account at a time; what
/// comes meanwhile is done after it, at once but not faster than people read: a burst of messages makes a few syncs.
final class Turns: Sendable {
    private struct Turn {
        var isRunning = false
        /// What runs is a round of all that is due.
        var isInRound = false
        /// The account's time has come.
        var isDue = false
        /// Folders with news, by path.
        var folders: Set<String> = []
        /// By the boot clock: not begun before that.
        var notBefore: Int64 = 0
        var isTimed = false
        /// Between the beginnings of two syncs, while news comes without a break.
        var gap: Int64 = Turns.gapMs.lowerBound
        var begunAt: Int64 = 0
        /// Of what runs.
        var interruption: Interruption?
        var gaveWayAt: Int64 = 0

        var isWanted: Bool { isDue || !folders.isEmpty }
    }

    private static let gapMs: ClosedRange<Int64> = 50...1_000
    /// After so long without a sync the next one is the first of a burst again.
    private static let quietMs: Int64 = 3_000
    /// What runs longer gives way to news, and then has so long to itself.
    private static let patienceMs: Int64 = 2_000
    private static let stretchMs: Int64 = 20_000
    /// Where another process has the account, or keeps the store busy.
    private static let elsewhereMs: Int64 = 5_000
    private let core: Core
    private let timers: Timers
    private let state = Lock<(open: Bool, turns: [Int64: Turn])>((false, [:]))

    init(_ core: Core, _ timers: Timers) {
        self.core = core
        self.timers = timers
    }

    func start() { state.withLock { $0.open = true } }

    /// What has not begun is left to the store, which knows what is due.
    func stop() { state.withLock { $0 = (false, $0.turns.filter(\.value.isRunning)) } }

    /// The account's time has come, as the store says.
    func due(_ account: Int64) {
        // While its round runs the store says so still.
        want(account) { if !$0.isInRound { $0.isDue = true } }
    }

    /// Those that run or wait: nobody need ask whether they are due.
    var accounts: Set<Int64> {
        state.withLock { Set($0.turns.filter { $0.value.isRunning || $0.value.isWanted }.keys) }
    }

    /// There is news in these folders of the account.
    func changed(_ account: Int64, _ folders: [String]) {
        guard !folders.isEmpty else { return }
        want(account) { turn in
            turn.folders.formUnion(folders)
            // A first sync may last for hours: what comes now is not to wait for it.
            let now = Clock.boot()
            guard turn.isRunning, now - turn.begunAt > Turns.patienceMs, now - turn.gaveWayAt > Turns.stretchMs else {
                return
            }
            turn.gaveWayAt = now
            turn.interruption?.giveWay()
        }
    }

    /// The account can be worked on again: other work on it here has ended.
    func freed(_ account: Int64) {
        let isWanted = state.withLock { $0.turns[account]?.isWanted == true }
        if isWanted { want(account) { $0.notBefore = 0 } }
    }

    /// The account is gone, or nobody wants it to be synced any more.
    func forget(_ account: Int64) {
        state.withLock { state in
            if state.turns[account]?.isRunning == true {
                state.turns[account]?.isDue = false
                state.turns[account]?.folders = []
            } else {
                state.turns[account] = nil
            }
        }
    }

    /// Forgets what has rested.
    func tidy() {
        let now = Clock.boot()
        state.withLock { state in
            state.turns = state.turns.filter { turn in
                turn.value.isRunning || turn.value.isWanted || now - turn.value.begunAt <= Turns.quietMs
            }
        }
    }

    private enum Step {
        case nothing
        case begin
        case later(Int64)
    }

    private func want(_ account: Int64, _ change: (inout Turn) -> Void) {
        let now = Clock.boot()
        let step: Step = state.withLock { state in
            guard state.open else { return .nothing }
            var turn = state.turns[account] ?? Turn()
            defer { state.turns[account] = turn }
            change(&turn)
            return Turns.step(&turn, now)
        }
        take(step, account)
    }

    /// What is to be done for a turn that is wanted.
    private static func step(_ turn: inout Turn, _ now: Int64) -> Step {
        guard turn.isWanted, !turn.isRunning else { return .nothing }
        guard turn.notBefore <= now else {
            guard !turn.isTimed else { return .nothing }
            turn.isTimed = true
            return .later(turn.notBefore - now)
        }
        turn.gap = now - turn.begunAt > quietMs ? gapMs.lowerBound : min(turn.gap * 2, gapMs.upperBound)
        turn.begunAt = now
        turn.isRunning = true
        return .begin
    }

    private func take(_ step: Step, _ account: Int64) {
        switch step {
        case .nothing: return
        case .later(let pause):
            timers.after(pause) { [self] in want(account) { $0.isTimed = false } }
        case .begin:
            do throws(Failure) {
                let row = try core.store.account(account)
                let share = try? core.receivingServer(row).share
                let begun = try core.begin(.syncing(account), host: share) { [self] interruption in
                    run(account, interruption)
                } then: { [self] end in
                    ended(account, end)
                    core.schedule?.hurry()
                }
                if !begun { ended(account, .again(after: 200)) }
            } catch {
                // Erased, or the engine is closing, or the store cannot be read now: it says again what is due.
                ended(account, .dropped)
            }
        }
    }

    private enum End {
        case done
        /// Nothing was done: what is wanted stays wanted.
        case again(after: Int64)
        /// What the server told of stays wanted until a sync goes well, which the store's clock begins.
        case failed
        case dropped
    }

    private func run(_ account: Int64, _ interruption: Interruption) -> End {
        let (isDue, folders) = state.withLock { state -> (Bool, Set<String>) in
            guard var turn = state.turns[account] else { return (false, []) }
            defer { state.turns[account] = turn }
            let taken = (turn.isDue, turn.folders)
            turn.isInRound = turn.isDue
            turn.interruption = interruption
            turn.isDue = false
            turn.folders = []
            return taken
        }
        let end = sync(account, isDue, folders, interruption)
        switch end {
        case .again:
            state.withLock { state in
                state.turns[account]?.isDue = isDue
                state.turns[account]?.folders.formUnion(folders)
            }
        case .failed: state.withLock { $0.turns[account]?.folders.formUnion(folders) }
        case .done, .dropped: break
        }
        return end
    }

    private func sync(
        _ id: Int64, _ isDue: Bool, _ folders: Set<String>, _ interruption: Interruption
    ) -> End {
        do throws(Failure) {
            guard let lease = try core.leases.take(id, .receive, interruption) else {
                return .again(after: core.leases.current(id) != nil ? 500 : Turns.elsewhereMs)
            }
            defer { core.leases.give(back: id, .receive) }
            let account = try core.store.account(id)
            guard account.receives, account.unworkable == nil else { return .dropped }
            guard Turns.mayTry(account.health, Clock.wall()) else { return .failed }
            let runner = JobRunner(core: core)
            // One that is gone meanwhile is the next listing's to notice; one that nobody wants looked at any more is left.
            let pace = try core.pace(account)
            let known = try core.store.folders(id).filter { folder in
                folder.selectable && folder.synced && pace.mode(folder) != .manual && folders.contains(folder.path)
            }
            if !known.isEmpty {
                _ = try runner.syncAccount(account, interruption, lease, only: known.map(\.path))
            }
            if isDue, Turns.isDue(account, Clock.wall()) {
                _ = try runner.syncAccount(account, interruption, lease)
            }
            core.watchers?.consider(id)
            return .done
        } catch {
            // It stands in the account's health and in the log.
            guard interruption.reason == .none else { return .dropped }
            // The account is as due as before: a login in each second would only add to what keeps the store busy.
            if error.isOfTheStore { return .again(after: Turns.elsewhereMs) }
            return interruption.isGivingWay ? .again(after: 0) : .failed
        }
    }

    /// Whether an account that fails is tried now: not before its time, whatever the server tells of.
    private static func mayTry(_ health: Health, _ now: Int64) -> Bool {
        switch health.state {
        case "enabled": return (health.nextAttempt ?? 0) <= now
        case "error": return health.syncHealth == "ok" || (health.nextAttempt ?? .max) <= now
        default: return false
        }
    }

    /// Whether its time has come still: the round before may have been told of it too late.
    private static func isDue(_ account: AccountRow, _ now: Int64) -> Bool {
        account.health.syncHealth == "failing" || (account.nextSync ?? 0) <= now
    }

    private func ended(_ account: Int64, _ end: End) {
        let now = Clock.boot()
        let step: Step = state.withLock { state in
            guard var turn = state.turns[account] else { return .nothing }
            guard state.open else {
                state.turns[account] = nil
                return .nothing
            }
            turn.isRunning = false
            turn.isInRound = false
            turn.interruption = nil
            turn.notBefore = turn.begunAt + turn.gap
            switch end {
            case .done: break
            case .again(let pause): turn.notBefore = now + pause
            case .failed:
                // The folders wait for the next round, which is the store's to begin.
                turn.isDue = false
                state.turns[account] = turn.isWanted ? turn : nil
                return .nothing
            case .dropped:
                state.turns[account] = nil
                return .nothing
            }
            guard turn.isWanted else {
                // Kept while a burst may go on.
                state.turns[account] = now - turn.begunAt > Turns.quietMs ? nil : turn
                return .nothing
            }
            let step = Turns.step(&turn, now)
            state.turns[account] = turn
            return step
        }
        take(step, account)
    }
}

import Base
import CMailroom
import Glibc
import Store

/// What works in the background between `mr_start` and `mr_stop`: one thread that asks the store what is due, and has it
/// done on worker threads; and what goes on beside it, the watches and the sessions kept open. Woken by the store's
/// bell, by its timers, and at the latest after a second.
final class Schedule: Sendable {
    private struct State {
        var stopping = false
        var hurried = false
        var thread: PosixThread?
        /// When this worker last put down that it lives.
        var beat: Int64 = 0
    }

    let timers = Timers()
    let turns: Turns
    let watchers: Watchers
    let sessions: SessionCache
    let sendTurns: SendTurns
    private let core: Core
    private let bell: Bell
    private let state: Monitor<State>
    private static let beatMs: Int64 = 10_000
    private static let sweepMs: Int64 = 5_000
    private static let staleMs: Int64 = 60_000
    private static let tidyMs: Int64 = 3_600_000
    /// Bells that ring without a break are answered so often.
    private static let breathMs: Int64 = 10
    /// So many accounts are begun in one go: the workers have no more hands.
    private static let atOnce = Workers.maximum

    /// Begins nothing yet.
    init(_ core: Core) throws(Failure) {
        self.core = core
        bell = try core.store.openBell()
        turns = Turns(core, timers)
        watchers = Watchers(core, timers)
        sessions = SessionCache(core, timers)
        let (state, wake) = (Monitor(State()), timers.wake)
        self.state = state
        sendTurns = SendTurns(timers) { Schedule.hurry(state, wake) }
    }

    func start() throws(Failure) {
        try beat()
        try core.store.clearPush()
        timers.start()
        turns.start()
        sessions.start()
        let thread = try PosixThread.start("mr-schedule") { [self] in loop() }
        state.withLock { $0.thread = thread }
    }

    /// Takes up nothing more, lets what runs reach a commit point, says goodbye to the servers, and waits for all of that.
    func stop() {
        let thread = state.withLock { state in
            state.stopping = true
            defer { state.thread = nil }
            return state.thread
        }
        timers.wake.ring()
        thread?.join()
        timers.stop()
        turns.stop()
        let parked = watchers.stop()
        let kept = sessions.stop().map { end in { @Sendable (_: Int64) in end() } }
        try? core.store.clearPush()
        Closing(core.workers).run(parked + kept)
        // What a thread that waits for a job begins after this is that thread's.
        core.end(core.running.withLock { Array($0.values) })
        watchers.join()
        try? core.store.workerEnded(lastBeat: state.withLock { $0.beat })
        bell.close()
    }

    private func beat() throws(Failure) {
        let at = try core.store.workerBeat()
        state.withLock { $0.beat = at }
    }

    /// Has the store be asked again at once.
    func hurry() { Schedule.hurry(state, timers.wake) }

    private static func hurry(_ state: Monitor<State>, _ wake: WakeUp) {
        state.withLock { $0.hurried = true }
        wake.ring()
    }

    private var isStopping: Bool { state.withLock { $0.stopping } }

    private func loop() {
        var housekeeping = Housekeeping()
        var changesSeen = (try? core.store.latestChange()) ?? 0
        watchers.start()
        while !isStopping {
            bell.drain()
            timers.wake.drain()
            var pause: Int64 = 1_000
            do throws(Failure) {
                try housekeeping.run(self, core)
                try notice(&changesSeen)
                try takeUp()
            } catch {
                try? core.store.addLog(NewLog(error.explained(), account: nil, what: "schedule"))
                pause = 5_000
            }
            rest(pause)
        }
    }

    /// Runs the timers until the store's bell rings, or so many milliseconds are over.
    private func rest(_ milliseconds: Int64) {
        // A breath first: many commits ring, one look is enough for them.
        usleep(UInt32(Schedule.breathMs * 1_000))
        let until = Clock.boot() + milliseconds
        while !isStopping {
            let next = timers.run()
            let left = until - Clock.boot()
            guard left > 0 else { return }
            var watched = [
                pollfd(fd: bell.fd, events: Int16(POLLIN), revents: 0),
                pollfd(fd: timers.wake.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&watched, 2, Int32(clamping: min(left, next ?? left))) > 0 else { continue }
            timers.wake.drain()
            let hurried = state.withLock { state in
                defer { state.hurried = false }
                return state.hurried
            }
            if hurried || watched[0].revents != 0 { return }
        }
    }

    private func takeUp() throws(Failure) {
        for job in try core.store.nextJobs(limit: Schedule.atOnce) where !core.isRunning(.job(job.id)) {
            try JobRunner(core: core).start(job)
        }
        let now = Clock.wall()
        let left = Set(try core.store.interruptedSends().map(\.account))
        let due = try core.store.sendingAccounts(now: now).filter { account, priority in
            sendTurns.isOpen(account, priority: priority, now: now)
        }
        for account in left.union(due.keys) where !core.isRunning(.sending(account)) {
            try SendRunner(core: core).start(account)
        }
        let wishful = try core.store.wishfulAccounts(now: now).union(core.store.attendedAccounts(now: now))
        for account in wishful { try WishRunner(core: core).start(account) }
        for account in try core.store.dueAccounts(now: now, limit: Schedule.atOnce, except: turns.accounts) {
            turns.due(account)
        }
        try core.indexWords()
    }

    /// What somebody, in whatever process, has changed of accounts and folders.
    private func notice(_ seen: inout Int64) throws(Failure) {
        let (touched, pacing, latest) = try core.store.accountsTouched(after: seen)
        if pacing { sendTurns.forgetAll() }
        for id in touched {
            sendTurns.forget(id)
            do throws(Failure) {
                let account = try core.store.account(id)
                if account.unworkable != nil, account.health.state != "connection_issue" {
                    core.forget(id)
                } else {
                    watchers.reconsider(account)
                }
            } catch {
                guard error.result == Int32(MR_E_NOT_FOUND) else { throw error }
                core.forget(id)
            }
        }
        seen = latest
    }

    /// What is done from time to time.
    private struct Housekeeping {
        var beatAt = Clock.boot()
        var sweepAt: Int64 = 0
        var staleAt = Clock.boot() + Schedule.staleMs  // what waited for a worker is done first
        var tidyAt = Clock.boot() + Schedule.tidyMs  // opening the store has just done it

        mutating func run(_ schedule: Schedule, _ core: Core) throws(Failure) {
            let now = Clock.boot()
            if now - beatAt >= Schedule.beatMs {
                try schedule.beat()
                beatAt = now
            }
            if now >= sweepAt {
                try core.store.sweepDeadJobs()
                try core.store.resendUnknown()
                try core.giveUp()
                try core.store.finishErasing()
                try core.store.sweepBatches()
                core.turns?.tidy()
                core.schedule?.sendTurns.tidy(now: Clock.wall())
                sweepAt = now + Schedule.sweepMs
            }
            if now >= staleAt {
                try core.sweepStale(known: true, limit: 10_000)
                staleAt = now + Schedule.staleMs
            }
            if now >= tidyAt {
                try core.store.sweepOrphans()
                try core.store.sweepWishes()
                try core.store.sweepSpent(now: Clock.wall())
                try core.store.sweepLog(before: Clock.wall() - core.options.logKeepMs)
                tidyAt = now + Schedule.tidyMs
            }
        }
    }
}

extension Core {
    /// A worker shows life every ten seconds: after three times that it is not counted on.
    private static let workerMs: Int64 = 30_000

    /// Whether a worker lives, in this process or another.
    func hasWorker() throws(Failure) -> Bool {
        try store.workerSeenAt().map { Clock.wall() - $0 < Core.workerMs } ?? false
    }

    /// Work on the account has ended here: what waited for it can begin.
    func freed(_ account: Int64) {
        turns?.freed(account)
        schedule?.hurry()
    }

    /// The account is gone, or disconnected: nothing is held for it or against it any more.
    func forget(_ account: Int64) {
        leases.void(account)
        turns?.forget(account)
        watchers?.forget(account)
        sessions?.drop(account)
        pauses.forget(account: account)
        learned.forget(account: account)
        budgets.forget(account: account)
    }
}

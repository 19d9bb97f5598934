import Base
import CMailroom
import Glibc
import Store

/// The worker's clock: looks at what is due, and has it done on worker threads. One thread; woken by the store's
/// bell, by work that ends here, and at the latest after a second.
final class Schedule: Sendable {
    private struct State {
        var stopping = false
        var thread: PosixThread?
    }

    private let core: Core
    private let bell: Bell
    private let state = Monitor(State())
    private static let beatMs: Int64 = 10_000
    private static let tidyMs: Int64 = 3_600_000

    private init(_ core: Core, _ bell: Bell) {
        self.core = core
        self.bell = bell
    }

    static func start(_ core: Core) throws(Failure) -> Schedule {
        let schedule = Schedule(core, try core.store.openBell())
        try core.store.workerBeat()
        let thread = try PosixThread.start("mr-schedule") { schedule.loop() }
        schedule.state.withLock { $0.thread = thread }
        return schedule
    }

    /// Takes up nothing more, lets what runs reach a commit point, and waits for that.
    func stop() {
        let thread = state.withLock { state in
            state.stopping = true
            defer { state.thread = nil }
            return state.thread
        }
        thread?.join()
        // What a thread that waits for a job begins after this is that thread's.
        let begun = core.running.withLock { Array($0.values) }
        for work in begun { work.interrupt(.stopping) }
        _ = core.running.wait(milliseconds: nil) { running in
            running.values.contains { work in begun.contains { $0 === work } } ? nil : true
        }
        bell.close()
    }

    private var isStopping: Bool { state.withLock { $0.stopping } }

    private func loop() {
        var beatAt = Clock.boot()
        var sweepAt: Int64 = 0
        var tidyAt = Clock.boot() + Schedule.tidyMs  // opening the store has just done it
        while !isStopping {
            bell.drain()
            do throws(Failure) {
                if Clock.boot() - beatAt >= Schedule.beatMs {
                    try core.store.workerBeat()
                    beatAt = Clock.boot()
                }
                if Clock.boot() >= sweepAt {
                    try core.store.sweepDeadJobs()
                    try core.store.finishErasing()
                    sweepAt = Clock.boot() + 5_000
                }
                if Clock.boot() >= tidyAt {
                    try core.store.sweepOrphans()
                    try core.store.sweepWishes()
                    tidyAt = Clock.boot() + Schedule.tidyMs
                }
                try takeUp()
            } catch {
                try? core.store.addLog(NewLog(error.explained(), account: nil, what: "schedule"))
                pause(5_000)
            }
            pause(1_000)
        }
    }

    /// Waits for the bell, a fifth of a second at a time so that stopping is quick.
    private func pause(_ milliseconds: Int32) {
        var left = milliseconds
        while left > 0, !isStopping {
            var descriptor = pollfd(fd: bell.fd, events: Int16(POLLIN), revents: 0)
            if poll(&descriptor, 1, min(left, 200)) > 0 { return }
            left -= 200
        }
    }

    private func takeUp() throws(Failure) {
        for job in try core.store.nextJobs(limit: 64) where !core.isRunning(.job(job.id)) {
            try JobRunner(core: core).start(job.id)
        }
        let now = Clock.wall()
        let left = Set(try core.store.interruptedSends().map(\.account))
        let sending = try core.store.dueAccounts(now: now)
        for account in try core.store.wishfulAccounts(now: now) { try WishRunner(core: core).start(account) }
        for account in try core.store.accounts() {
            if left.contains(account.id) || sending.contains(account.id) && account.sends {
                try SendRunner(core: core).start(account.id)
            }
            if isDue(account, now) { try sync(account) }
        }
    }

    /// Whether the account's next sync is due: after its interval, or at its next attempt where it failed.
    private func isDue(_ account: AccountRow, _ now: Int64) -> Bool {
        guard account.receives, !account.erasing else { return false }
        switch account.health.state {
        case "enabled":
            // A connect that is still under way comes first.
            guard account.health.syncHealth != "none" else { return false }
            return (account.nextSync ?? 0) <= now
        case "error" where account.health.syncHealth == "ok": return (account.nextSync ?? 0) <= now
        case "error": return account.health.nextAttempt.map { $0 <= now } ?? false
        default: return false
        }
    }

    private func sync(_ account: AccountRow) throws(Failure) {
        let core = core
        try core.begin(.syncing(account.id)) { interruption in
            do throws(Failure) {
                guard let lease = try core.leases.take(account.id, .receive, interruption) else { return }
                defer { core.leases.give(back: account.id, .receive) }
                let fresh = try core.store.account(account.id)
                guard fresh.health.state != "disconnected" else { return }  // since it was looked at
                _ = try JobRunner(core: core).syncAccount(fresh, interruption, lease)
            } catch {}  // stands in the account's health and in the log
        }
    }
}

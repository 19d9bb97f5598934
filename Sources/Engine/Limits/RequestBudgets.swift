import Base
import CMailroom
import PluginHost
import Store

/// What providers allow to be asked within a time, as their manifests say it: every HTTP request of a provider waits here for
/// its turn. An account's budgets are this process's (its lease is with one process); those of a client id are the
/// store's, and every process takes shares of them.
final class RequestBudgets: Sendable {
    struct Key: Hashable, Sendable {
        let scheme: String
        let budget: String
        /// The account's id, or the client's.
        let whose: String
    }

    struct State {
        var lines: [Key: BudgetLine] = [:]
        /// By account: under which lease it was at work here the last time, and since when (boot clock) no other process was. Of
        /// what was before, nothing is known.
        var own: [String: (epoch: Int64, since: Int64)] = [:]
        /// Requests under way, by account and scheme.
        var running: [Key: Int] = [:]
        var next = 0

        /// Leases are counted: none between is nobody between.
        mutating func come(_ whose: String, under epoch: Int64, now: Int64) {
            let last = own[whose]?.epoch ?? 0
            guard epoch > last else { return }
            guard epoch > last + 1 else {
                own[whose] = (epoch, own[whose]?.since ?? 0)
                return
            }
            own[whose] = (epoch, now)
            for key in lines.keys where key.whose == whose { lines[key]?.drain(now: now) }
        }
    }

    /// The right to one request under way, given back with the last reference.
    final class Ticket: Sendable {
        private let key: Key
        private let state: Monitor<State>

        fileprivate init(_ key: Key, _ state: Monitor<State>) {
            self.key = key
            self.state = state
        }

        deinit {
            let key = key
            state.signal { state in
                let left = (state.running[key] ?? 1) - 1
                state.running[key] = left > 0 ? left : nil
            }
        }
    }

    /// What is waited for at one time; asked again at least so often whether the work should end.
    private static let sliceMs: Int64 = 50
    private let store: Store
    private let state = Monitor(State())

    init(_ store: Store) { self.store = store }

    static func line(_ budget: BudgetSpec) -> BudgetLine {
        let isShared = budget.scope == .client
        return BudgetLine(
            RateBucket(
                units: budget.units, windowMs: budget.windowMs,
                slackMs: BudgetLine.transitMs + (isShared ? BudgetLine.shareMs : 0), halves: budget.measure == .octets),
            isShared: isShared)
    }

    /// Waits until the budget has room for so much, and takes it.
    /// - Parameters:
    ///   - epoch: of the account's lease, where the budget is the account's own: whatever another process took of it is not known
    ///     here, so it is taken for empty.
    ///   - pause: called while waiting with the milliseconds that it takes at least; throws where the wait should end.
    func take(
        _ budget: BudgetSpec, _ key: Key, epoch: Int64?, cost: Int64, isUrgent: Bool,
        _ pause: (Int64) throws(Failure) -> Void
    ) throws(Failure) {
        guard cost > 0 else { return }
        let number = state.withLock { state -> Int in
            state.next += 1
            if let epoch { state.come(key.whose, under: epoch, now: Clock.boot()) }
            var line = state.lines[key] ?? RequestBudgets.line(budget)
            if state.lines[key] == nil, let own = state.own[key.whose], own.since > 0 { line.drain(now: own.since) }
            line.join(state.next, isUrgent: isUrgent)
            state.lines[key] = line
            return state.next
        }
        // Whoever stands behind is told.
        defer { state.signal { $0.lines[key]?.leave(number) } }
        while true {
            switch state.withLock({ $0.lines[key]?.ask(number, cost: cost, now: Clock.boot()) }) {
            case nil, .taken: return
            case .wait(let wait):
                try pause(wait)
                _ = state.wait(milliseconds: min(wait, RequestBudgets.sliceMs)) { _ in nil as Bool? }
            case .fetch(let least, let share): try fetch(budget, key, least, share)
            }
        }
    }

    private func fetch(_ budget: BudgetSpec, _ key: Key, _ least: Int64, _ share: Int64) throws(Failure) {
        var given: (taken: Int64, waitMs: Int64) = (0, 0)
        defer {
            let given = given
            state.signal { $0.lines[key]?.fetched(given.taken, waitMs: given.waitMs, now: Clock.boot()) }
        }
        let name = "\(key.scheme).\(key.budget).\(key.whose)"
        given = try store.takeBudget(name, RequestBudgets.line(budget).bucket, least: least, share: share)
    }

    /// Waits until fewer than so many requests of the account are under way.
    func start(_ key: Key, atMost limit: Int64, _ pause: (Int64) throws(Failure) -> Void) throws(Failure) -> Ticket {
        while true {
            let started = state.withLock { state in
                guard state.running[key] ?? 0 < limit else { return false }
                state.running[key, default: 0] += 1
                return true
            }
            if started { return Ticket(key, state) }
            try pause(0)
            _ = state.wait(milliseconds: RequestBudgets.sliceMs) { state in
                state.running[key] ?? 0 < limit ? true : nil
            }
        }
    }

    /// The server wants to be left alone until then (boot clock).
    func close(_ budget: BudgetSpec, _ key: Key, until: Int64) {
        state.signal { $0.lines[key, default: RequestBudgets.line(budget)].close(until: until) }
    }

    /// What was held against an account is forgotten.
    func forget(account: Int64) {
        let whose = String(account)
        state.signal { state in
            state.lines = state.lines.filter { $0.key.whose != whose || !$0.value.isIdle }
        }
    }
}

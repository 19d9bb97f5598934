import Base
import PluginHost
import Store

/// What the sessions of one account's turn share: its queue, and why it ends.
final class SendTurn: Sendable {
    private struct State {
        var queue: SendQueue
        var tried = 0
        var isOver = false
        /// The first one that ends the turn.
        var failure: Failure?
        /// The sessions beside the first that are under way.
        var beside: [Int: Interruption] = [:]
        /// The one of them that is about to be opened, and whether another may follow it.
        var opening: Int?
        var mayAdd = true
    }

    /// Of one account: as many as an ordinary server takes without a thought.
    private static let most = 4
    let core: Core
    let account: AccountRow
    let lease: Lease
    let scheme: String
    let copyRule: SentCopies.Rule
    private let server: MailServer
    private let state: Monitor<State>

    init(_ core: Core, _ account: AccountRow, _ lease: Lease, only: Int64?) throws(Failure) {
        self.core = core
        self.account = account
        self.lease = lease
        (scheme, server) = try core.sendingServer(account)
        copyRule = try SentCopies(core: core, account: account).rule()
        state = Monitor(State(queue: SendQueue(core, account, lease, only: only)))
    }

    /// The limits as they were when the page was read.
    var limits: SendingLimits? { state.withLock { $0.queue.limits } }
    var spending: Spending {
        let limits = limits
        return Spending(host: limits?.host ?? scheme, hostLimits: limits?.hostLimits ?? [])
    }

    /// Whether another one follows without a look at the store.
    var hasMore: Bool { state.withLock { !$0.isOver && $0.queue.hasMore } }

    /// - Returns: nil where the turn is over.
    func next() throws(Failure) -> DueSend? {
        let (due, beside) = try state.withLock { (state) throws(Failure) -> (DueSend?, Int?) in
            guard !state.isOver else { return (nil, nil) }
            guard let due = try state.queue.next() else {
                state.isOver = true
                return (nil, nil)
            }
            guard state.queue.isLong, state.mayAdd, state.opening == nil else { return (due, nil) }
            state.opening = (1..<SendTurn.most).first { state.beside[$0] == nil }
            return (due, state.opening)
        }
        if let beside { addSession(beside) }
        return due
    }

    func tried() { state.withLock { $0.tried += 1 } }
    func reconsider() { state.withLock { $0.queue.reconsider() } }
    func full(until: Int64) { state.withLock { $0.queue.full(until: until) } }

    /// Nothing more is begun.
    func end(_ failure: Failure? = nil) {
        state.withLock { state in
            state.isOver = true
            state.failure = state.failure ?? failure
        }
    }

    /// Has another thread open a session and work beside the first, where there is room for that: it is a help, and what
    /// keeps it from being one is nobody's failure.
    private func addSession(_ number: Int) {
        let key = Connections.Key(account: account.id, scheme: scheme, host: server.host)
        var isBegun = false
        if core.connections.count(key) + 1 < core.learned.limit(key, of: server, core.store) {
            let begun = try? core.begin(.beside(account.id, number), host: server.share) { [self] interruption in
                work(number, interruption)
            }
            isBegun = begun == true
        }
        if !isBegun { state.withLock { $0.mayAdd = false } }
    }

    private func work(_ number: Int, _ interruption: Interruption) {
        let goesOn = state.withLock { state in
            guard !state.isOver else { return false }
            state.beside[number] = interruption
            return true
        }
        guard goesOn else { return }
        defer { state.signal { $0.beside[number] = nil } }
        let lane = SendLane(self, interruption)
        guard let session = try? lane.open() else { return state.withLock { $0.mayAdd = false } }
        state.withLock { $0.opening = nil }
        do throws(Failure) {
            try lane.run(session)
        } catch {
            if interruption.reason == .none { end(error) }
        }
    }

    /// Waits for the sessions beside the first, which has ended.
    /// - Parameter interruption: of the first.
    /// - Returns: how many sends were tried, and why there are no more.
    func join(_ interruption: Interruption) throws(Failure) -> (tried: Int, rest: SendQueue.Rest) {
        let isLost = interruption.reason == .leaseLost
        let late = state.withLock { state in
            state.isOver = true
            return state.beside.filter { isLost || state.opening == $0.key }.map(\.value)
        }
        for interruption in late { interruption.interrupt(isLost ? .leaseLost : .stopping) }
        let (failure, tried, rest) =
            state.wait(milliseconds: nil) { state in
                state.beside.isEmpty ? (state.failure, state.tried, state.queue.rest) : nil
            } ?? (nil, 0, .empty)
        if let failure { throw failure }
        return (tried, rest)
    }
}

import Base
import Store

/// What an account's turn takes out of its queue, one after the other: in small pages, so that what came meanwhile with a
/// higher priority goes first, and so that others have their turn.
struct SendQueue {
    /// Why nothing more comes.
    enum Rest: Equatable {
        /// Nothing is due.
        case empty
        /// The limits let nothing more go before that (wall clock); `lowOnly`: nothing of low priority.
        case paced(until: Int64, lowOnly: Bool)
        /// Others wait for the thread.
        case crowded
    }

    /// So many at a time.
    static let page = 20
    private let core: Core
    private let account: AccountRow
    private let lease: Lease
    private let only: Int64?
    private var page: ArraySlice<DueSend> = []
    private var pace: SendPace?
    private var pages = 0
    private(set) var rest = Rest.empty

    init(_ core: Core, _ account: AccountRow, _ lease: Lease, only: Int64?) {
        self.core = core
        self.account = account
        self.lease = lease
        self.only = only
    }

    /// Whether there is another full page behind the first, and no limit counts what goes.
    private(set) var isLong = false

    /// The limits as they were when the page was read.
    var limits: SendingLimits? { pace?.limits }

    /// Whether another one follows without a look at the store.
    var hasMore: Bool {
        guard let next = page.first, var probe = pace else { return false }
        return probe.admits(next)
    }

    mutating func next() throws(Failure) -> DueSend? {
        if page.isEmpty, try !fill() { return nil }
        guard let send = page.first else { return nil }
        guard pace?.admits(send) == true else {
            if let opens = try pace?.opens(send) { rest = .paced(until: opens.at, lowOnly: opens.lowOnly) }
            page = []
            return nil
        }
        page.removeFirst()
        return send
    }

    /// What is left of the page is looked at anew: the limits are not what they were.
    mutating func reconsider() { page = [] }

    /// All accounts with the server together have no room.
    mutating func full(until: Int64) {
        page = []
        rest = .paced(until: until, lowOnly: false)
    }

    private mutating func fill() throws(Failure) -> Bool {
        if pages > 0, core.workers.isCrowded {
            rest = .crowded
            return false
        }
        pages += 1
        let now = Clock.wall()
        let made = try SendPace(core.store, account.id, try core.sendingLimits(account), now: now)
        pace = made
        let low = made.lowOpens <= now
        page = try due(low, now)
        isLong = pages > 1 && page.count == SendQueue.page && made.isUnlimited
        // An account that has room takes of what waits for others in the batches that they share. One that has none takes a
        // single send where it has none of its own: its turn comes again when that may go.
        if page.isEmpty, only == nil {
            let hasRoom = low && made.free > 0
            let waiting = hasRoom ? 0 : try core.store.waitingLow(account.id, now: now, atMost: 1)
            let most = hasRoom ? min(made.free, Int64(SendQueue.page)) : waiting == 0 ? 1 : 0
            let taken = try core.store.takeOver(account.id, atMost: Int(most), now: now, lease: lease)
            if taken > 0 { page = try due(low, now) }
        }
        guard page.isEmpty else { return true }
        rest = .empty
        if !low { rest = .paced(until: made.lowOpens, lowOnly: true) }
        return false
    }

    private func due(_ low: Bool, _ now: Int64) throws(Failure) -> ArraySlice<DueSend> {
        try core.store.dueSends(now: now, limit: SendQueue.page, account: account.id, only: only, low: low)[...]
    }
}

import Base
import CMailroom
import Store

/// Whoever works under a lease.
protocol LeaseHolder: Sendable {
    /// Another process may be at the account by now, or nobody shall be: end at once. Must not take long.
    func leaseLost(_ account: Int64)
}

extension Interruption: LeaseHolder {
    func leaseLost(_ account: Int64) { interrupt(.leaseLost) }
}

/// The leases that this process holds: one an account, shared by the kinds of work on it, renewed together by a thread of
/// its own while any is held (docs/store.md, leases).
final class LeaseKeeper: Sendable {
    /// Work of one kind excludes itself; the kinds go on side by side.
    enum Kind: Sendable {
        case receive
        case send
        /// A watching session.
        case watch
        /// A session that is kept open for what comes next.
        case keep
    }

    private struct Held {
        var lease: Lease
        var kinds: [Kind: any LeaseHolder]
    }

    private struct State {
        var held: [Int64: Held] = [:]
        /// Accounts whose lease is being taken or released in the store just now.
        var changing: Set<Int64> = []
        var thread: PosixThread?
        var ended = true
        var closed = false
    }

    private let store: Store
    private let renewMs: Int64
    private let state = Monitor(State())

    init(store: Store, leaseMs: Int64) {
        self.store = store
        renewMs = max(leaseMs / 3, 200)
    }

    /// Takes the account's lease for one kind of work, or gives nil where another process, or work of the same
    /// kind in this one, has it.
    func take(_ account: Int64, _ kind: Kind, _ holder: any LeaseHolder) throws(Failure) -> Lease? {
        enum Found {
            case lease(Lease?)
            case mustAsk
            case closed
        }
        // The store is asked outside of the lock: whoever has a lease already does not wait for its disk.
        let found = state.wait(milliseconds: nil) { state -> Found? in
            guard !state.closed else { return .closed }
            guard !state.changing.contains(account) else { return nil }
            guard let held = state.held[account] else {
                state.changing.insert(account)
                return .mustAsk
            }
            guard held.kinds[kind] == nil else { return .lease(nil) }
            state.held[account]?.kinds[kind] = holder
            return .lease(held.lease)
        }
        switch found {
        case .lease(let lease): return lease
        case .mustAsk: break
        case .closed, nil: throw Failure(MR_E_CLOSED, "the engine is closed")
        }
        defer { state.signal { $0.changing.remove(account) } }
        guard let lease = try store.acquireLease(account) else { return nil }
        do throws(Failure) {
            try state.withLock { (state) throws(Failure) in
                try startThread(&state)
                state.held[account] = Held(lease: lease, kinds: [kind: holder])
            }
        } catch {
            store.releaseLease(lease)
            throw error
        }
        return lease
    }

    /// Whether no work of that kind is under way here.
    func isFree(_ account: Int64, _ kind: Kind) -> Bool { state.withLock { $0.held[account]?.kinds[kind] == nil } }

    /// The account's lease, where this process has it for any kind of work.
    func current(_ account: Int64) -> Lease? { state.withLock { $0.held[account]?.lease } }

    func give(back account: Int64, _ kind: Kind) {
        var last: Lease?
        state.signal { state in
            state.held[account]?.kinds[kind] = nil
            guard let held = state.held[account], held.kinds.isEmpty else { return }
            state.held[account] = nil
            state.changing.insert(account)
            last = held.lease
        }
        guard let last else { return }
        store.releaseLease(last)
        state.signal { $0.changing.remove(account) }
    }

    /// Tells whoever works on the account that its lease is void.
    func void(_ account: Int64) {
        let holders = state.withLock { state in state.held[account].map { Array($0.kinds.values) } ?? [] }
        for holder in holders { holder.leaseLost(account) }
    }

    private func startThread(_ state: inout State) throws(Failure) {
        guard state.ended else { return }
        state.thread?.join()
        state.ended = false
        state.thread = try PosixThread.start("mr-lease") { [self] in keep() }
    }

    private func keep() {
        while true {
            let over = state.wait(milliseconds: renewMs) { state in
                state.held.isEmpty && state.closed ? true : nil
            }
            let leases: [Lease]? = state.withLock { state in
                if over == true || state.held.isEmpty {
                    state.ended = true
                    return nil
                }
                return state.held.values.map(\.lease)
            }
            guard let leases else { return }
            // A store that is busy or full says nothing of the leases: the next round tries again.
            guard let lost = try? store.renewLeases(leases) else { continue }
            for lease in lost {
                let holders = state.withLock { state -> [any LeaseHolder] in
                    // It may have been given back meanwhile, and taken anew.
                    guard let held = state.held[lease.account], held.lease == lease else { return [] }
                    return Array(held.kinds.values)
                }
                for holder in holders { holder.leaseLost(lease.account) }
            }
        }
    }

    /// Waits for the thread. Whatever is still held must have been given back before.
    func close() {
        let thread = state.withLock { state in
            state.closed = true
            defer { state.thread = nil }
            return state.thread
        }
        state.signal { _ in }
        thread?.join()
    }
}

import Base
import CMailroom
import Store

/// The leases that this process holds: one an account, shared by the kinds of work on it, renewed by a thread of
/// its own while any is held (docs/store.md, leases).
final class LeaseKeeper: Sendable {
    /// Work of one kind excludes itself; syncing and sending go on side by side.
    enum Kind: Sendable {
        case receive
        case send
    }

    private struct Held {
        var lease: Lease
        var kinds: [Kind: Interruption]
    }

    private struct State {
        var held: [Int64: Held] = [:]
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
    func take(_ account: Int64, _ kind: Kind, _ interruption: Interruption) throws(Failure) -> Lease? {
        try state.withLock { (state) throws(Failure) -> Lease? in
            guard !state.closed else { throw Failure(MR_E_CLOSED, "the engine is closed") }
            if var held = state.held[account] {
                guard held.kinds[kind] == nil else { return nil }
                held.kinds[kind] = interruption
                state.held[account] = held
                return held.lease
            }
            guard let lease = try store.acquireLease(account) else { return nil }
            state.held[account] = Held(lease: lease, kinds: [kind: interruption])
            try startThread(&state)
            return lease
        }
    }

    /// As `take`, but waits until it is free, the work is cancelled, or the time is up.
    func take(
        _ account: Int64, _ kind: Kind, _ interruption: Interruption, within milliseconds: Int64
    ) throws(Failure) -> Lease {
        let until = Clock.boot() + milliseconds
        while true {
            if let lease = try take(account, kind, interruption) { return lease }
            try interruption.check()
            guard Clock.boot() < until else {
                throw Failure(MR_E_BUSY, "another process has been working on the account for \(milliseconds) ms")
            }
            _ = state.wait(milliseconds: 100) { _ -> Bool? in nil }
        }
    }

    func give(back account: Int64, _ kind: Kind) {
        state.signal { state in
            guard var held = state.held[account] else { return }
            held.kinds[kind] = nil
            if held.kinds.isEmpty {
                state.held[account] = nil
                store.releaseLease(held.lease)
            } else {
                state.held[account] = held
            }
        }
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
            for lease in leases {
                do {
                    try store.renewLease(lease)
                } catch  where error.isLeaseLost {
                    state.withLock { state in
                        // It may have been given back meanwhile, and taken anew.
                        guard let held = state.held[lease.account], held.lease == lease else { return }
                        held.kinds.values.forEach { $0.interrupt(.leaseLost) }
                    }
                } catch {}  // the store was busy or full: the next round tries again
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

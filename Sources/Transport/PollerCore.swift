import Base
import CMailroom
import CSystem
import Glibc

/// The parked streams of one process, and the thread that watches them.
///
/// One lock guards all of it, held for at most one stream's look at a time. Streams are looked at under it, so that one that
/// was taken back is not being read any more when `cancel` returns. It is never held while somebody is told.
final class PollerCore: @unchecked Sendable {
    /// The thread goes after so long without a stream.
    static let lingerMs: Int64 = 1_000
    /// At least so often the clocks are compared.
    static let lookMs: Int64 = 10_000

    struct Slot {
        var generation: UInt32 = 0
        var parked: Parked?
    }

    /// What the thread needs from the system; closed by the thread itself.
    struct Loop {
        let epoll: Int32
        /// An eventfd that wakes the thread.
        let bell: Int32
    }

    struct State {
        var loop: Loop?
        var slots: [Slot] = []
        var unused: [UInt32] = []
        var timers = ParkedTimers()
        var gates: [String: WakeGate] = [:]
        var count = 0
        /// Until when the thread sleeps, by the boot clock.
        var sleepsUntil: Int64 = 0
    }

    let state = Monitor(State())
    let clocks: PollerClocks

    init(_ clocks: PollerClocks = PollerClocks()) { self.clocks = clocks }

    var count: Int { state.withLock { $0.count } }

    func park(_ parked: Parked) throws(Failure) -> ParkTicket {
        // What is there already is found here; what comes from now on, by epoll, which tells of what is there when it
        // begins to watch.
        let look = parked.connection.look(minimumLine: parked.minimumLine)
        if case .quiet = look { parked.connection.rest() }
        let key = try state.withLock { (state) throws(Failure) -> ParkKey in
            let loop = try running(&state)
            let now = clocks.boot()
            parked.key = state.newKey()
            parked.begin(now)
            switch look {
            case .quiet(let events):
                let code = csystem_epoll_add(loop.epoll, parked.connection.descriptor, events, parked.key.bits)
                guard code == 0 else {
                    state.unused.append(parked.key.slot)
                    throw Failure(MR_E_INTERNAL, "the stream cannot be watched: \(errorWords(code))")
                }
                parked.isWatched = true
            case .data: state.wakes(parked, .data, at: now)
            case .ended: state.wakesInTurn(parked, .hungUp, now)
            }
            state.slots[Int(parked.key.slot)].parked = parked
            state.count += 1
            state.timers.add(parked)
            if parked.due < state.sleepsUntil { csystem_ring(loop.bell) }
            return parked.key
        }
        return ParkTicket(core: self, key: key)
    }

    func cancel(_ key: ParkKey) -> Bool {
        state.withLock { state in
            guard let parked = state.find(key) else { return false }
            state.remove(parked)
            return true
        }
    }

    /// The loop, begun where there is none.
    private func running(_ state: inout State) throws(Failure) -> Loop {
        if let loop = state.loop { return loop }
        let loop = Loop(epoll: csystem_epoll(), bell: csystem_eventfd())
        do throws(Failure) {
            guard loop.epoll >= 0, loop.bell >= 0 else {
                throw Failure(MR_E_INTERNAL, "no descriptor to watch streams with: \(errorWords(csystem_errno()))")
            }
            let code = csystem_epoll_watch_bell(loop.epoll, loop.bell, ParkKey.bell)
            guard code == 0 else {
                throw Failure(MR_E_INTERNAL, "streams cannot be watched: \(errorWords(code))")
            }
            state.sleepsUntil = 0
            try PosixThread.start("mr-poller") { [self] in run(loop) }.detach()
        } catch {
            if loop.epoll >= 0 { Glibc.close(loop.epoll) }
            if loop.bell >= 0 { Glibc.close(loop.bell) }
            throw error
        }
        state.loop = loop
        return loop
    }
}

extension ParkKey {
    /// The eventfd's key, which is no slot's.
    static let bell = UInt64.max
}

extension PollerCore.State {
    mutating func newKey() -> ParkKey {
        let slot: UInt32
        if let free = unused.popLast() {
            slot = free
        } else {
            slot = UInt32(truncatingIfNeeded: slots.count)
            slots.append(PollerCore.Slot())
        }
        slots[Int(slot)].generation &+= 1
        return ParkKey(slot: slot, generation: slots[Int(slot)].generation)
    }

    func find(_ key: ParkKey) -> Parked? {
        guard slots.indices.contains(Int(key.slot)) else { return nil }
        let slot = slots[Int(key.slot)]
        return slot.generation == key.generation ? slot.parked : nil
    }

    /// It is nobody's any more but its owner's.
    mutating func remove(_ parked: Parked) {
        unwatch(parked)
        timers.remove(parked)
        slots[Int(parked.key.slot)].parked = nil
        unused.append(parked.key.slot)
        count -= 1
    }

    mutating func unwatch(_ parked: Parked) {
        guard parked.isWatched, let loop else { return }
        parked.isWatched = false
        csystem_epoll_remove(loop.epoll, parked.connection.descriptor)
    }

    /// It wakes for this reason at that time.
    mutating func wakes(_ parked: Parked, _ reason: WakeReason, at time: Int64) {
        parked.reason = reason
        parked.due = time
        timers.moved(parked)
    }

    /// It wakes for a reason that many streams of its server may share: when it is its turn, at the latest when its time
    /// would have come anyway.
    mutating func wakesInTurn(_ parked: Parked, _ reason: WakeReason, _ now: Int64) {
        let host = parked.connection.host
        let turn = gates[host, default: WakeGate()].pass(now)
        wakes(parked, reason, at: max(now, turn))
    }
}

import Base
import CSystem
import Glibc

/// The poller's thread.
extension PollerCore {
    /// At most so many events in one turn, and so many that are told of between two looks at epoll.
    private static let batch = 64

    func run(_ loop: Loop) {
        var watch = ClockWatch(clocks)
        var idleSince = clocks.boot()
        var ready = [csystem_ready](repeating: csystem_ready(), count: PollerCore.batch)
        while true {
            let timeout = state.withLock { sleep(&$0) }
            let count = csystem_epoll_wait(loop.epoll, &ready, Int32(PollerCore.batch), timeout)
            if watch.jumped() { state.withLock { jump(&$0) } }
            for event in ready.prefix(Int(max(0, count))) {
                if event.key == ParkKey.bell {
                    csystem_hush(loop.bell)
                } else if let woken = state.withLock({ meet(&$0, ParkKey(event.key), ended: event.ended != 0, loop) }) {
                    woken.onWake(woken.reason)
                }
            }
            for woken in state.withLock({ overdue(&$0) }) { woken.onWake(woken.reason) }
            if state.withLock({ leave(&$0, &idleSince) }) { break }
        }
        Glibc.close(loop.epoll)
        Glibc.close(loop.bell)
    }

    /// How long to sleep, in milliseconds.
    private func sleep(_ state: inout State) -> Int32 {
        let now = clocks.boot()
        let longest = state.count == 0 ? PollerCore.lingerMs : PollerCore.lookMs
        state.sleepsUntil = min(state.timers.first?.due ?? .max, now + longest)
        return Int32(clamping: max(0, state.sleepsUntil - now))
    }

    /// An event of one stream: pumps it.
    /// - Returns: the stream, where it is to be woken now; it is nobody's any more then.
    private func meet(_ state: inout State, _ key: ParkKey, ended: Bool, _ loop: Loop) -> Parked? {
        guard let parked = state.find(key), parked.isWatched else { return nil }
        let now = clocks.boot()
        switch parked.connection.look(minimumLine: parked.minimumLine) {
        case .quiet(let events) where !ended:
            parked.connection.rest()
            let code = csystem_epoll_again(loop.epoll, parked.connection.descriptor, events, key.bits)
            if code == 0 { return nil }
            state.unwatch(parked)
            state.wakesInTurn(parked, .hungUp, now)
        // A goodbye behind which the server has hung up is a hang-up.
        case .data where !ended:
            parked.reason = .data
            state.remove(parked)
            return parked
        case .data, .quiet, .ended:
            state.unwatch(parked)
            state.wakesInTurn(parked, .hungUp, now)
        }
        return nil
    }

    /// Those whose time has come. They are nobody's any more.
    private func overdue(_ state: inout State) -> [Parked] {
        let now = clocks.boot()
        var woken: [Parked] = []
        while woken.count < PollerCore.batch, let first = state.timers.first, first.due <= now {
            state.remove(first)
            woken.append(first)
        }
        return woken
    }

    /// The clocks have moved apart: whatever was to be renewed in time may be too late.
    private func jump(_ state: inout State) {
        let now = clocks.boot()
        for parked in state.slots.compactMap(\.parked).shuffled() where parked.reason == .timer {
            state.wakesInTurn(parked, .clock, now)
        }
    }

    /// Whether the thread ends. Then the next stream that parks makes a new one.
    private func leave(_ state: inout State, _ idleSince: inout Int64) -> Bool {
        let now = clocks.boot()
        if state.count > 0 { idleSince = now }
        if !state.gates.isEmpty { state.gates = state.gates.filter { $0.value.free > now } }
        guard now - idleSince >= PollerCore.lingerMs else { return false }
        state.loop = nil
        return true
    }
}

import Base

/// What is to be done later, on the schedule's thread: it must not take long there. While no schedule runs, nothing is taken.
final class Timers: Sendable {
    private struct Entry: Sendable {
        let at: Int64
        /// Those of the same time stay in their order.
        let number: Int64
        let body: @Sendable () -> Void

        func isBefore(_ other: Entry) -> Bool { (at, number) < (other.at, other.number) }
    }

    private struct State {
        var heap: [Entry] = []
        var number: Int64 = 0
        var running = false
    }

    /// Rung where something is due earlier than what the schedule waits for.
    let wake = WakeUp()
    private let state = Lock(State())

    func start() { state.withLock { $0.running = true } }

    func stop() { state.withLock { $0 = State() } }

    /// Has `body` run after so many milliseconds.
    func after(_ milliseconds: Int64, _ body: @escaping @Sendable () -> Void) {
        let at = Clock.boot() + max(milliseconds, 0)
        let isFirst = state.withLock { state in
            guard state.running else { return false }
            state.number += 1
            Timers.push(Entry(at: at, number: state.number, body: body), &state.heap)
            return state.heap[0].number == state.number
        }
        if isFirst { wake.ring() }
    }

    /// Runs what is due.
    /// - Returns: in how many milliseconds the next is; nil: there is none.
    func run() -> Int64? {
        while true {
            let now = Clock.boot()
            let (due, left): (Entry?, Int64?) = state.withLock { state in
                guard let first = state.heap.first else { return (nil, nil) }
                guard first.at <= now else { return (nil, first.at - now) }
                return (Timers.pop(&state.heap), nil)
            }
            guard let due else { return left }
            due.body()
        }
    }

    private static func push(_ entry: Entry, _ heap: inout [Entry]) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private static func pop(_ heap: inout [Entry]) -> Entry? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < heap.count else { return first }
            let right = left + 1
            let child = right < heap.count && heap[right].isBefore(heap[left]) ? right : left
            guard heap[child].isBefore(heap[parent]) else { return first }
            heap.swapAt(child, parent)
            parent = child
        }
    }
}

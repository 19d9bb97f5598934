/// The parked streams by the time at which they wake: a binary heap that knows each one's place, so that any can be
/// taken out or moved without looking for it.
struct ParkedTimers {
    private var heap: [Parked] = []

    var first: Parked? { heap.first }

    mutating func add(_ parked: Parked) {
        parked.timer = heap.count
        heap.append(parked)
        up(parked.timer)
    }

    mutating func remove(_ parked: Parked) {
        let index = parked.timer
        guard heap.indices.contains(index), heap[index] === parked else { return }
        let last = heap.removeLast()
        parked.timer = -1
        guard last !== parked else { return }
        put(last, index)
        down(index)
        up(last.timer)
    }

    /// Its time has changed.
    mutating func moved(_ parked: Parked) {
        guard heap.indices.contains(parked.timer) else { return }
        down(parked.timer)
        up(parked.timer)
    }

    private mutating func put(_ parked: Parked, _ index: Int) {
        heap[index] = parked
        parked.timer = index
    }

    private mutating func up(_ start: Int) {
        var index = start
        let moving = heap[index]
        while index > 0 {
            let parent = (index - 1) / 2
            guard moving.due < heap[parent].due else { break }
            put(heap[parent], index)
            index = parent
        }
        put(moving, index)
    }

    private mutating func down(_ start: Int) {
        var index = start
        let moving = heap[index]
        while true {
            var child = 2 * index + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].due < heap[child].due { child += 1 }
            guard heap[child].due < moving.due else { break }
            put(heap[child], index)
            index = child
        }
        put(moving, index)
    }
}

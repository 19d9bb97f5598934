/// What waits for a worker thread: in the order in which it came, but no server gets more threads than its share, and
/// some threads are kept for sending. Not safe by itself: `Workers` holds it under its lock.
struct WorkQueue {
    struct Work: Sendable {
        let sends: Bool
        /// The server that the work talks to; nil: none, and so no share.
        let host: String?
        let body: @Sendable () -> Void
    }

    let maximum: Int
    let keptForSending: Int
    /// The most threads that one server's work may have at once.
    let perHost: Int

    /// How many threads are at others than sends, and how many talk to each server.
    private(set) var busy = 0
    private(set) var busyAt: [String: Int] = [:]
    private var sends = Lane()
    private var others = Lane()

    init(maximum: Int, keptForSending: Int, perHost: Int) {
        self.maximum = maximum
        self.keptForSending = keptForSending
        self.perHost = perHost
    }

    /// The work of one kind: a queue for each server, and the servers whose turn comes, in order.
    private struct Lane {
        private var waiting: [String: Fifo<Work>] = [:]
        private var turns = Fifo<String>()
        private(set) var count = 0

        mutating func add(_ work: Work) {
            let host = work.host ?? ""
            if waiting[host] == nil { turns.append(host) }
            waiting[host, default: Fifo()].append(work)
            count += 1
        }

        /// The next piece whose server may have another thread, in turn.
        mutating func take(where isFree: (String) -> Bool) -> Work? {
            for _ in 0..<turns.count {
                guard let host = turns.popFirst() else { return nil }
                let work = isFree(host) ? waiting[host]?.popFirst() : nil
                if waiting[host]?.isEmpty == true {
                    waiting[host] = nil
                } else {
                    turns.append(host)
                }
                guard let work else { continue }
                count -= 1
                return work
            }
            return nil
        }

        /// How much of it has a thread to run on, as far as the servers' shares go.
        func ready(_ room: (String) -> Int) -> Int {
            waiting.reduce(0) { $0 + min($1.value.count, room($1.key)) }
        }
    }

    mutating func add(_ work: Work) {
        if work.sends { sends.add(work) } else { others.add(work) }
    }

    /// How many sends may be begun now: not those whose server has its share of the threads.
    var sendsReady: Int { sends.ready(room) }

    /// How much of what waits may be begun now.
    var ready: Int {
        let free = max(maximum - keptForSending - busy, 0)
        return sendsReady + min(others.ready(room), free)
    }

    /// Takes what is next; to be given back by `done`.
    mutating func take() -> Work? {
        var work = sends.count > 0 ? sends.take(where: hasRoom) : nil
        if work == nil, others.count > 0, busy < maximum - keptForSending {
            work = others.take(where: hasRoom)
            if work != nil { busy += 1 }
        }
        if let host = work?.host { busyAt[host, default: 0] += 1 }
        return work
    }

    mutating func done(_ work: Work) {
        if !work.sends { busy -= 1 }
        guard let host = work.host, let count = busyAt[host] else { return }
        busyAt[host] = count > 1 ? count - 1 : nil
    }

    mutating func removeAll() {
        sends = Lane()
        others = Lane()
    }

    private func room(_ host: String) -> Int {
        host.isEmpty ? Int.max : max(perHost - (busyAt[host] ?? 0), 0)
    }

    private func hasRoom(_ host: String) -> Bool { room(host) > 0 }
}

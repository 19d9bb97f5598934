import Base
import Synchronization

/// Says goodbye on many sessions at once, on the worker threads: politely as long as the time allows, then without.
struct Closing {
    /// For all of them together, in milliseconds.
    static let politeMs: Int64 = 1_500
    private static let hands = 48
    private let workers: Workers

    init(_ workers: Workers) { self.workers = workers }

    /// Runs each closure once, with the milliseconds that its goodbye may take, and waits for them.
    func run(_ endings: [@Sendable (Int64) -> Void]) {
        guard !endings.isEmpty else { return }
        let until = Clock.boot() + Closing.politeMs
        let left = Monitor(0)
        let work = Work(endings: endings, until: until)
        let hands = min(Closing.hands, endings.count)
        left.signal { $0 = hands }
        for _ in 0..<hands {
            do {
                try workers.run(sends: false) {
                    work.run()
                    left.signal { $0 -= 1 }
                }
            } catch {
                work.run()
                left.signal { $0 -= 1 }
            }
        }
        _ = left.wait(milliseconds: nil) { $0 == 0 ? true : nil }
    }

    private final class Work: Sendable {
        private let endings: [@Sendable (Int64) -> Void]
        private let until: Int64
        private let next = Atomic<Int>(0)

        init(endings: [@Sendable (Int64) -> Void], until: Int64) {
            self.endings = endings
            self.until = until
        }

        func run() {
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < endings.count else { return }
                endings[index](max(until - Clock.boot(), 0))
            }
        }
    }
}

import Base
import Testing

@testable import Engine

@Suite struct WorkQueueTests {
    private func queue() -> WorkQueue { WorkQueue(maximum: 8, keptForSending: 2, perHost: 2) }

    private func work(_ host: String?, sends: Bool = false) -> WorkQueue.Work {
        WorkQueue.Work(sends: sends, host: host) {}
    }

    private func takeAll(_ queue: inout WorkQueue) -> [WorkQueue.Work] {
        var taken: [WorkQueue.Work] = []
        while let next = queue.take() { taken.append(next) }
        return taken
    }

    /// Sends to a server that has its share already are no reason for others to give their threads back.
    @Test func onlyWhatCouldBeginMakesItCrowded() {
        var queue = queue()
        for _ in 0..<50 { queue.add(work("tarpit", sends: true)) }
        _ = takeAll(&queue)
        #expect(queue.sendsReady == 0)
        queue.add(work("quick", sends: true))
        #expect(queue.sendsReady == 1)
    }

    @Test func oneServerGetsNoMoreThanItsShare() {
        var queue = queue()
        for _ in 0..<50 { queue.add(work("tarpit")) }
        queue.add(work("quick"))
        queue.add(work(nil))
        let ready = queue.ready
        let taken = takeAll(&queue)
        #expect(ready == taken.count)
        #expect(taken.filter { $0.host == "tarpit" }.count == 2)
        #expect(taken.filter { $0.host == "quick" }.count == 1)
        #expect(taken.filter { $0.host == nil }.count == 1)
        #expect(queue.ready == 0)
        queue.done(work("tarpit"))
        #expect(queue.ready == 1)
        #expect(queue.take()?.host == "tarpit")
        #expect(queue.take() == nil)
    }

    @Test func theServersTakeTurns() {
        var queue = queue()
        for host in ["a", "b", "c"] { for _ in 0..<3 { queue.add(work(host)) } }
        #expect(takeAll(&queue).compactMap(\.host) == ["a", "b", "c", "a", "b", "c"])
    }

    @Test func someHandsAreKeptForSending() {
        var queue = queue()
        for number in 0..<20 { queue.add(work("host\(number)")) }
        #expect(takeAll(&queue).count == 6)
        queue.add(work("smtp", sends: true))
        #expect(queue.take()?.sends == true)
        // A server that takes mail slowly has its share as well.
        for _ in 0..<5 { queue.add(work("smtp", sends: true)) }
        #expect(takeAll(&queue).count == 1)
    }

    @Test func whatComesFirstGoesFirst() {
        var fifo = Fifo<Int>()
        var expected = 0
        for number in 0..<1_000 {
            fifo.append(number)
            if number % 3 == 2 {
                #expect(fifo.popFirst() == expected)
                expected += 1
            }
        }
        while let next = fifo.popFirst() {
            #expect(next == expected)
            expected += 1
        }
        #expect(expected == 1_000)
        #expect(fifo.isEmpty)
    }
}

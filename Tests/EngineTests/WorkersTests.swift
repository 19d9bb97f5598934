import Base
import Synchronization
import Testing

@testable import Engine

@Suite struct WorkersTests {
    @Test func workThatWaitsLeavesThreadsForSending() throws {
        let workers = Workers()
        let gate = Monitor(false)
        let begun = Monitor(0)
        let sent = Monitor(0)
        for _ in 0..<100 {
            try workers.run(sends: false) {
                begun.signal { $0 += 1 }
                _ = gate.wait(milliseconds: nil) { $0 ? true : nil }
            }
        }
        let most = Workers.maximum - Workers.keptForSending
        #expect(begun.wait(milliseconds: 5_000) { $0 == most ? true : nil } == true)
        for _ in 0..<20 { try workers.run(sends: true) { sent.signal { $0 += 1 } } }
        #expect(sent.wait(milliseconds: 5_000) { $0 == 20 ? true : nil } == true)
        #expect(begun.withLock { $0 } == most)
        gate.signal { $0 = true }
        workers.takeNoMore()
        workers.join()
        #expect(begun.withLock { $0 } == 100)
    }

    @Test func nothingWaitsForAThreadThatIsNotIdle() throws {
        let workers = Workers()
        for _ in 0..<500 {
            let second = Monitor(false)
            let done = Monitor(false)
            // The first ends only when the second has run: both need a thread at the same time.
            try workers.run(sends: false) {
                let ran = second.wait(milliseconds: 5_000) { $0 ? true : nil }
                done.signal { $0 = ran == true }
            }
            try workers.run(sends: true) { second.signal { $0 = true } }
            #expect(done.wait(milliseconds: 6_000) { $0 ? true : nil } == true)
        }
        workers.takeNoMore()
        workers.join()
        #expect(throws: Failure.self) { try workers.run(sends: true) {} }
    }
}

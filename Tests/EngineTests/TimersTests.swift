import Base
import Testing

@testable import Engine

@Suite struct TimersTests {
    @Test func whatIsDueRunsInItsOrder() {
        let timers = Timers()
        let seen = Monitor<[Int64]>([])
        timers.after(0) { seen.signal { $0.append(-1) } }
        #expect(timers.run() == nil, "nothing is taken before the start")
        timers.start()
        var expected: [Int64] = []
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let wait = Int64.random(in: 0...40, using: &random)
            expected.append(wait)
            timers.after(wait) { seen.signal { $0.append(wait) } }
        }
        let until = Clock.boot() + 5_000
        while let left = timers.run(), Clock.boot() < until {
            #expect(left <= 41)
            _ = seen.wait(milliseconds: max(left, 1)) { _ -> Bool? in nil }
        }
        let ran = seen.withLock { $0 }
        #expect(ran.sorted() == expected.sorted())
        // Set within a millisecond or two of each other: a shorter wait may not run long after a longer one.
        for (index, wait) in ran.enumerated().dropFirst() { #expect(ran[index - 1] <= wait + 20) }
    }

    @Test func nothingRunsAfterTheStop() {
        let timers = Timers()
        let seen = Monitor(0)
        timers.start()
        timers.after(0) { seen.signal { $0 += 1 } }
        timers.stop()
        #expect(timers.run() == nil)
        timers.after(0) { seen.signal { $0 += 1 } }
        #expect(timers.run() == nil)
        #expect(seen.withLock { $0 } == 0)
    }
}

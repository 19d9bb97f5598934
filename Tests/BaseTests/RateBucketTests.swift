import Base
import Testing

/// What may be taken of a budget within any window, for all windows.
@Suite struct RateBucketTests {
    struct Row: Sendable {
        let units: Int64
        let windowMs: Int64
        let slackMs: Int64
        let halves: Bool
        let costs: ClosedRange<Int64>
    }

    static let rows = [
        Row(units: 15_000, windowMs: 60_000, slackMs: 0, halves: false, costs: 1...100),
        Row(units: 1_200_000, windowMs: 60_000, slackMs: 2_000, halves: false, costs: 1...5000),
        Row(units: 10_000, windowMs: 600_000, slackMs: 0, halves: false, costs: 1...1),
        Row(units: 150_000_000, windowMs: 300_000, slackMs: 0, halves: true, costs: 1...40_000_000),
        Row(units: 30, windowMs: 60_000, slackMs: 0, halves: false, costs: 1...1),
        Row(units: 1, windowMs: 1_000, slackMs: 0, halves: false, costs: 1...1),
        Row(units: 2, windowMs: 1_000, slackMs: 0, halves: false, costs: 1...2),
    ]

    @Test(arguments: rows) func noWindowHasMore(_ row: Row) {
        var random = SystemRandomNumberGenerator()
        var bucket = RateBucket(units: row.units, windowMs: row.windowMs, slackMs: row.slackMs, halves: row.halves)
        var now: Int64 = 1_700_000_000_000
        let end = now + 20 * row.windowMs
        var taken: [(at: Int64, cost: Int64)] = []
        var first = 0
        var sum: Int64 = 0
        var most: Int64 = 0
        while now < end {
            let cost = Int64.random(in: row.costs, using: &random)
            let wait = bucket.take(cost, now: now)
            if wait > 0 {
                // Whoever asks again in time is let in.
                now += wait
                #expect(wait <= 2 * (row.windowMs + row.slackMs))
                continue
            }
            taken.append((now, cost))
            sum += cost
            while taken[first].at <= now - row.windowMs {
                sum -= taken[first].cost
                first += 1
            }
            most = max(most, sum)
            if Int.random(in: 0..<2000, using: &random) == 0 {
                now += Int64.random(in: 0...row.windowMs / 20, using: &random)
            }
        }
        #expect(most <= row.units)
        // And it is used: no less than a third of what there is goes to whoever wants it.
        #expect(taken.reduce(0) { $0 + $1.cost } >= row.units * 20 / 3 || row.units < 10)
    }

    @Test func aClockThatIsSetBackKeepsNobodyWaiting() {
        var bucket = RateBucket(units: 100, windowMs: 60_000)
        #expect(bucket.take(20, now: 2_000_000_000_000) == 0)
        let wait = bucket.take(1, now: 1_000_000_000_000)
        #expect(wait > 0 && wait <= 4 * 75_000)
        #expect(bucket.take(1, now: 1_000_000_000_000 + wait) == 0)
    }

    @Test func whatWasDrainedHasNothingAtOnce() {
        var bucket = RateBucket(units: 100, windowMs: 60_000)
        bucket.drain(now: 1_000)
        // Eighty come back in a minute.
        #expect(bucket.take(8, now: 1_000) == 6_000)
        #expect(bucket.take(8, now: 7_000) == 0)
        #expect(bucket.take(20, now: 7_000 + 15_000) == 0)
        var old = RateBucket(units: 100, windowMs: 60_000)
        old.drain(now: 1_000)
        #expect(old.take(20, now: 16_000) == 0, "as if nothing had been")
    }

    @Test func whatCostsMoreThanThereIsAtOnceGoesWhenAllIsThere() {
        var bucket = RateBucket(units: 100, windowMs: 60_000)
        #expect(bucket.burst == 20)
        #expect(bucket.take(50, now: 1000) == 0)
        #expect(bucket.take(1, now: 1000) > 30 * 700)
        #expect(bucket.take(Int64.max, now: 1000) > 0)
        #expect(bucket.take(0, now: 1000) == 0)
    }
}

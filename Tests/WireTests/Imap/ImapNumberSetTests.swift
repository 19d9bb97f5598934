import Testing

@testable import Wire

struct ImapNumberSetTests {
    @Test(
        arguments: [
            ([], ""), ([5], "5"), ([1, 2, 3], "1:3"), ([3, 1, 2, 2], "1:3"), ([1, 3, 5], "1,3,5"),
            ([.max, .max - 1, 1], "1,4294967294:4294967295"), ([0, 1], "0:1"),
        ] as [([UInt32], String)])
    func text(_ numbers: [UInt32], _ expected: String) {
        #expect(Imap.NumberSet(numbers).text == expected)
    }

    /// Inserting in any order is the same as a set of numbers.
    @Test(arguments: 1...20)
    func inserted(_ number: Int) {
        let seed = seed(0) &+ UInt64(number)
        var chance = ImapChance(state: seed)
        var set = Imap.NumberSet()
        var plain: Set<UInt32> = []
        for _ in 0..<60 {
            let lower = UInt32(chance.below(80))
            let upper = lower + UInt32(chance.below(6))
            set.insert(lower...upper)
            plain.formUnion(lower...upper)
        }
        #expect(set.count == plain.count, "seed \(seed)")
        #expect((0..<100).allSatisfy { set.contains($0) == plain.contains($0) }, "seed \(seed)")
        for (left, right) in zip(set.ranges, set.ranges.dropFirst()) {
            #expect(left.upperBound + 1 < right.lowerBound, "seed \(seed)")
        }
    }

    @Test func splitForShortLines() {
        let set = Imap.NumberSet((0..<2000).map { UInt32(4_000_000_000 + $0 * 3) })
        let sets = set.split()
        #expect(sets.count > 1)
        #expect(sets.allSatisfy { $0.text.utf8.count <= 800 })
        #expect(sets.flatMap(\.ranges) == set.ranges)
        #expect(Imap.NumberSet(1...4_000_000_000).split() == [Imap.NumberSet(1...4_000_000_000)])
        #expect(Imap.NumberSet().split().isEmpty)
    }
}

import Wire

/// Cuts UIDs into ranges of about as many messages each. UIDs may be far apart, so the cuts are made at the UIDs of
/// every so many-th message.
enum RangePlan {
    /// Messages in one range: far below the 2,000 that Yahoo allows.
    static let messages: UInt32 = 500
    /// Cuts at most, whatever a server says it has: from ten million messages on the ranges grow.
    private static let most: UInt32 = 20_000

    /// The sequence numbers whose UIDs are cuts, counted from the newest message down, in ascending order. `every`: so
    /// many messages are in a range.
    static func cuts(exists: UInt32, every: UInt32 = messages) -> [UInt32] {
        let step = max(every, exists / most)
        var numbers: [UInt32] = []
        var next = exists
        while next > step {
            next -= step
            numbers.append(next + 1)
        }
        return numbers.reversed()
    }

    /// Ranges that cover the UIDs of `some`, each with about as many messages as a range has, of which `all` are there.
    static func ranges(around some: Imap.NumberSet, of all: Imap.NumberSet) -> [ClosedRange<UInt32>] {
        var ranges: [ClosedRange<UInt32>] = []
        var first: UInt32?
        var last: UInt32 = 0
        var count: UInt32 = 0
        for uid in all.ranges.joined() {
            if some.contains(uid) {
                if first == nil { (first, count) = (uid, 0) }
                last = uid
            }
            count += 1
            if let lower = first, count >= messages {
                ranges.append(lower...last)
                first = nil
            }
        }
        if let first { ranges.append(first...last) }
        return ranges
    }

    /// Ranges that cover `region` without a gap, ascending, each beginning at its lower end or at a cut.
    static func ranges(_ region: ClosedRange<UInt32>, cuts: [UInt32]) -> [ClosedRange<UInt32>] {
        var ranges: [ClosedRange<UInt32>] = []
        var lower = region.lowerBound
        for cut in cuts where cut > lower && cut <= region.upperBound {
            ranges.append(lower...(cut - 1))
            lower = cut
        }
        ranges.append(lower...region.upperBound)
        return ranges
    }
}

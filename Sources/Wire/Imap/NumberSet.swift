import Base

extension Imap {
    /// UIDs or sequence numbers (RFC 9051, section 9: sequence-set), as ascending ranges that do not touch.
    package struct NumberSet: Sendable, Equatable {
        package private(set) var ranges: [ClosedRange<UInt32>] = []

        package init() {}

        package init(_ range: ClosedRange<UInt32>) { ranges = [range] }

        /// The numbers in any order, doubles allowed.
        package init(_ numbers: some Sequence<UInt32>) {
            for number in numbers.sorted() { insert(number) }
        }

        package var isEmpty: Bool { ranges.isEmpty }
        package var count: Int { ranges.reduce(0) { $0 + Int($1.upperBound - $1.lowerBound) + 1 } }

        package func contains(_ number: UInt32) -> Bool {
            let index = position(of: number)
            return index < ranges.count && ranges[index].contains(number)
        }

        /// The first range that ends at the number or beyond.
        private func position(of number: UInt32) -> Int {
            var low = 0
            var high = ranges.count
            while low < high {
                let middle = (low + high) / 2
                if ranges[middle].upperBound < number { low = middle + 1 } else { high = middle }
            }
            return low
        }

        /// At the end in constant time: servers list their numbers in ascending order.
        package mutating func insert(_ number: UInt32) { insert(number...number) }

        package mutating func insert(_ range: ClosedRange<UInt32>) {
            if let last = ranges.last, range.lowerBound > last.upperBound {
                if range.lowerBound - last.upperBound == 1 {
                    ranges[ranges.count - 1] = last.lowerBound...range.upperBound
                } else {
                    ranges.append(range)
                }
                return
            }
            var from = position(of: range.lowerBound)
            if from > 0, ranges[from - 1].upperBound == range.lowerBound - 1 { from -= 1 }
            var merged = range
            var to = from
            while to < ranges.count,
                ranges[to].lowerBound <= merged.upperBound || ranges[to].lowerBound - 1 == merged.upperBound
            {
                merged = min(merged.lowerBound, ranges[to].lowerBound)...max(merged.upperBound, ranges[to].upperBound)
                to += 1
            }
            ranges.replaceSubrange(from..<to, with: [merged])
        }

        /// The numbers that are not in the other.
        package func subtracting(_ other: NumberSet) -> NumberSet {
            var result = NumberSet()
            var index = 0
            for range in ranges {
                var lower = range.lowerBound
                while index < other.ranges.count, other.ranges[index].upperBound < lower { index += 1 }
                var next = index
                var isDone = false
                while next < other.ranges.count, other.ranges[next].lowerBound <= range.upperBound {
                    let taken = other.ranges[next]
                    if taken.lowerBound > lower { result.ranges.append(lower...(taken.lowerBound - 1)) }
                    if taken.upperBound >= range.upperBound {
                        isDone = true
                        break
                    }
                    lower = taken.upperBound + 1
                    next += 1
                }
                if !isDone { result.ranges.append(lower...range.upperBound) }
            }
            return result
        }

        /// The set, this number left out.
        package func without(_ number: UInt32) -> NumberSet {
            var rest = NumberSet()
            for range in ranges {
                guard range.contains(number) else {
                    rest.insert(range)
                    continue
                }
                if range.lowerBound < number { rest.insert(range.lowerBound...number - 1) }
                if range.upperBound > number { rest.insert(number + 1...range.upperBound) }
            }
            return rest
        }

        /// `2,10:11`; `11:10` and `4,4` are read, too. `*` is the largest number there is.
        init(_ scanner: inout Scanner) throws(Failure) {
            repeat {
                let first = try NumberSet.end(&scanner)
                let second = scanner.take(0x3a) ? try NumberSet.end(&scanner) : first
                insert(min(first, second)...max(first, second))
                if ranges.count > scanner.limits.items { throw scanner.malformed("too many numbers") }
            } while scanner.take(0x2c)
        }

        private static func end(_ scanner: inout Scanner) throws(Failure) -> UInt32 {
            if scanner.take(0x2a) { return .max }
            guard let number = try scanner.number() else { throw scanner.malformed("a number is missing") }
            return UInt32(clamping: number)
        }

        /// As a command says it.
        package var text: String {
            var out = ""
            for range in ranges {
                if !out.isEmpty { out.append(",") }
                out.append("\(range.lowerBound)")
                if range.count > 1 { out.append(":\(range.upperBound)") }
            }
            return out
        }

        /// The same numbers in sets whose text is at most `octets` long: some servers take lines of 1,000 only.
        package func split(octets: Int = 800) -> [NumberSet] {
            var sets: [NumberSet] = []
            var present = NumberSet()
            var length = 0
            for range in ranges {
                if length > octets - 22, !present.isEmpty {
                    sets.append(present)
                    present = NumberSet()
                    length = 0
                }
                present.ranges.append(range)
                length += 22 - (range.count == 1 ? 11 : 0)
            }
            if !present.isEmpty { sets.append(present) }
            return sets
        }
    }
}

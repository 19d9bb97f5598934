import Base

extension Pop3 {
    /// What one session's maildrop has (RFC 1939, section 5): number, size and unique-id of every message. The numbers
    /// hold for one session, the unique-ids for ever.
    ///
    /// LIST's lines go in first, then UIDL's; `seal` puts them in order. Some thirty octets a message.
    package struct Maildrop: Sendable {
        private struct Entry: Sendable {
            let number: UInt32
            /// -1 where LIST did not say.
            var size: Int64 = -1
            /// Where its name begins in the pool; a length of 0: none.
            var start: UInt32 = 0
            var length: UInt16 = 0
            /// Others have the same unique-id.
            var isShared = false
        }

        /// A longer unique-id, or one with other octets than RFC 1939 allows, is named by its digest.
        static let plainLength = 240

        private let limits: Limits
        private var entries: [Entry] = []
        private var strays: [Entry] = []
        private var pool: [UInt8] = []
        private var guess = 0
        private var isOrdered = true
        private var buckets: [Int32] = []
        private var copies: [String: Int] = [:]
        private var ordinals: [Int: Int] = [:]

        package init(limits: Limits = .init()) { self.limits = limits }

        // MARK: Filling

        /// A line of LIST. One that cannot be read is passed over.
        package mutating func size(_ line: some Collection<UInt8>) throws(Failure) {
            guard let (number, word) = Listing.entry(line), let size = Listing.number(word) else { return }
            guard entries.count < limits.lines else { throw Pop3.malformed("the maildrop has too many messages") }
            if let last = entries.last, last.number >= number { isOrdered = false }
            entries.append(Entry(number: number, size: Int64(size)))
        }

        /// A line of UIDL, or what was said of one message when asked alone. One that cannot be read is passed over.
        package mutating func uniqueID(_ line: some Collection<UInt8>) throws(Failure) {
            guard let (number, word) = Listing.entry(line) else { return }
            try name(number, word)
        }

        /// Gives the message a name; the first one stays.
        package mutating func name(_ number: UInt32, _ uniqueID: [UInt8]) throws(Failure) {
            order()
            let name = Self.name(uniqueID)
            guard pool.count + name.count <= limits.names else { throw Pop3.malformed("the unique-ids are too long") }
            if let index = index(number) {
                guard entries[index].length == 0 else { return }
                entries[index].start = UInt32(pool.count)
                entries[index].length = UInt16(name.count)
            } else {
                guard entries.count + strays.count < limits.lines else {
                    throw Pop3.malformed("the maildrop has too many messages")
                }
                strays.append(Entry(number: number, start: UInt32(pool.count), length: UInt16(name.count)))
            }
            pool.append(contentsOf: name)
        }

        private static func name(_ uniqueID: [UInt8]) -> [UInt8] {
            let isPlain = uniqueID.count <= plainLength && uniqueID.allSatisfy { $0 > 0x20 && $0 < 0x7f }
            return isPlain ? uniqueID : Array("~\(hex(SHA256.of(uniqueID)))".utf8)
        }

        private mutating func order() {
            guard !isOrdered else { return }
            isOrdered = true
            entries.sort { $0.number < $1.number }
            var kept = 0
            for index in entries.indices where index == 0 || entries[index].number != entries[kept - 1].number {
                entries[kept] = entries[index]
                kept += 1
            }
            entries.removeLast(entries.count - kept)
        }

        /// The numbers of UIDL come in the order of LIST's: the next one is nearly always right.
        private mutating func index(_ number: UInt32) -> Int? {
            if guess < entries.count, entries[guess].number == number {
                guess += 1
                return guess - 1
            }
            var low = 0
            var high = entries.count
            while low < high {
                let middle = (low + high) / 2
                if entries[middle].number < number { low = middle + 1 } else { high = middle }
            }
            guard low < entries.count, entries[low].number == number else { return nil }
            guess = low + 1
            return low
        }

        /// Puts everything in order; afterwards messages can be looked up.
        package mutating func seal() throws(Failure) {
            if !strays.isEmpty {
                entries += strays
                strays = []
                isOrdered = false
            }
            order()
            var size = 16
            while size < entries.count * 2 { size *= 2 }
            buckets = Array(repeating: -1, count: size)
            copies = [:]
            ordinals = [:]
            var counts: [Int: Int] = [:]
            for index in entries.indices where entries[index].length > 0 {
                let slot = slot(of: octets(index))
                guard buckets[slot] >= 0 else {
                    buckets[slot] = Int32(index)
                    continue
                }
                let first = Int(buckets[slot])
                guard copies.count < limits.copies else { throw Pop3.malformed("the unique-ids are not unique") }
                let ordinal = counts[first, default: 1] + 1
                counts[first] = ordinal
                ordinals[index] = ordinal
                entries[first].isShared = true
                entries[index].isShared = true
                if let ref = ref(index) { copies[ref] = index }
            }
        }

        private func octets(_ index: Int) -> ArraySlice<UInt8> {
            let start = Int(entries[index].start)
            return pool[start..<start + Int(entries[index].length)]
        }

        /// Where the name stands in the table, or would.
        private func slot(of name: ArraySlice<UInt8>) -> Int {
            var hasher = Hasher()
            name.withUnsafeBytes { hasher.combine(bytes: $0) }
            var slot = Int(truncatingIfNeeded: UInt(bitPattern: hasher.finalize()) & UInt(buckets.count - 1))
            while buckets[slot] >= 0, !octets(Int(buckets[slot])).elementsEqual(name) {
                slot = (slot + 1) & (buckets.count - 1)
            }
            return slot
        }

        // MARK: Asking

        package var count: Int { entries.count }

        /// The message's number in this session. Indices are in the order of the numbers, so the newest is last.
        package func number(_ index: Int) -> UInt32 { entries[index].number }

        /// Octets, or nil where the server did not say.
        package func size(_ index: Int) -> Int64? { entries[index].size < 0 ? nil : entries[index].size }

        package func hasName(_ index: Int) -> Bool { entries[index].length > 0 }

        /// Whether its unique-id alone does not tell it from others.
        package func isShared(_ index: Int) -> Bool { entries[index].isShared }

        /// The message's name for ever: its unique-id; with a number behind a blank where an earlier message has the
        /// same. Nil where the server gave none.
        package func ref(_ index: Int) -> String? {
            guard entries[index].length > 0 else { return nil }
            let name = String(decoding: octets(index), as: UTF8.self)
            return ordinals[index].map { "\(name) \($0)" } ?? name
        }

        /// The index of the message of that name.
        package func index(ofRef ref: String) -> Int? {
            if let index = copies[ref] { return index }
            guard !buckets.isEmpty else { return nil }
            let found = buckets[slot(of: Array(ref.utf8)[...])]
            return found >= 0 ? Int(found) : nil
        }
    }
}

extension Imap {
    /// How long a server asks to wait, in its free text.
    enum RetryWords {
        /// A day: what is longer is not believed.
        private static let longest: Int64 = 86_400_000

        private static let units: [(name: String, milliseconds: Int64)] = [
            ("millisecond", 1), ("ms", 1), ("sec", 1000), ("min", 60_000), ("hour", 3_600_000),
        ]

        /// `suggested backoff time: 299961 milliseconds` (Exchange), `try again in 5 minutes`: in lower case. Nil where
        /// there is no number with a unit; Exchange's is always milliseconds.
        static func milliseconds(_ words: String) -> Int64? {
            let bytes = Array(words.utf8)
            for mark: StaticString in ["backoff time:", "try again in", "retry in", "retry after"] {
                let octets = mark.octets
                guard bytes.count > octets.count else { continue }
                for start in 0..<(bytes.count - octets.count)
                where bytes[start..<start + octets.count].elementsEqual(octets) {
                    return amount(bytes[(start + octets.count)...], implied: mark.octets.last == 0x3a ? 1 : nil)
                }
            }
            return nil
        }

        private static func amount(_ bytes: ArraySlice<UInt8>, implied: Int64?) -> Int64? {
            let trimmed = bytes.drop { $0 == 0x20 }
            let digits = trimmed.prefix { $0.isDigit }
            guard !digits.isEmpty else { return nil }
            let unit = trimmed.dropFirst(digits.count).drop { $0 == 0x20 }
            let named = units.first { unit.starts(with: $0.name.utf8) }?.milliseconds
            guard let factor = named ?? implied else { return nil }
            guard digits.count <= 12, let number = Int64(String(decoding: digits, as: UTF8.self)) else {
                return longest
            }
            let (product, over) = number.multipliedReportingOverflow(by: factor)
            return over ? longest : min(product, longest)
        }
    }
}

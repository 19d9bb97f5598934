import Base

extension Imap {
    /// The answer to SEARCH (RFC 3501, section 7.2.5) or ESEARCH (RFC 9051, section 7.3.5).
    package struct SearchResult: Sendable, Equatable {
        /// The tag that ESEARCH names.
        package var tag: String?
        package var isUID = false
        package var count: UInt64?
        package var min: UInt32?
        package var max: UInt32?
        package var all = NumberSet()
        package var modSeq: UInt64?

        package init() {}

        /// `SEARCH 2 3 6 (MODSEQ 917162500)`
        init(search scanner: inout Scanner) throws(Failure) {
            while true {
                scanner.spaces()
                guard let byte = scanner.current else { break }
                if byte == 0x28 {
                    let items = try scanner.value().items ?? []
                    if items.count == 2, items[0].text?.uppercased() == "MODSEQ" {
                        modSeq = items[1].number.map { UInt64($0) }
                    }
                } else if let number = try scanner.number() {
                    all.insert(UInt32(clamping: number))
                }
                if all.ranges.count > scanner.limits.items { throw scanner.malformed("too many numbers") }
            }
        }

        /// `ESEARCH (TAG "A282") UID ALL 2,10:11 COUNT 3`
        init(esearch scanner: inout Scanner) throws(Failure) {
            if scanner.current == 0x28 {
                let items = try scanner.value().items ?? []
                if items.count == 2 { tag = items[1].text }
                scanner.spaces()
            }
            while !scanner.isAtEnd {
                let key = scanner.string(scanner.atom()).uppercased()
                scanner.spaces()
                switch key {
                case "UID": isUID = true
                case "COUNT": count = try scanner.number()
                case "MIN": min = try scanner.number().map { UInt32(clamping: $0) }
                case "MAX": max = try scanner.number().map { UInt32(clamping: $0) }
                case "MODSEQ": modSeq = try scanner.number()
                case "ALL": all = try NumberSet(&scanner)
                default: _ = try scanner.value()
                }
                scanner.spaces()
            }
        }
    }

    /// Messages that are gone (RFC 7162, section 3.2.10).
    package struct Vanished: Sendable, Equatable {
        /// True where it answers a question about the past, false where it happens now.
        package var earlier = false
        package var uids: NumberSet

        init(_ scanner: inout Scanner) throws(Failure) {
            if scanner.current == 0x28 {
                earlier = try scanner.words().contains { $0.uppercased() == "EARLIER" }
                scanner.spaces()
            }
            uids = try NumberSet(&scanner)
        }
    }
}

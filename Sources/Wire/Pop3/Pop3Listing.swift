extension Pop3 {
    /// One line of LIST or UIDL, and the reply to STAT (RFC 1939, sections 5 and 7).
    package enum Listing {
        /// A number and the word behind it. Nil where there is no number, it is 0, or no word follows.
        static func entry(_ line: some Collection<UInt8>) -> (number: UInt32, word: [UInt8])? {
            let words = line.split(maxSplits: 2, whereSeparator: { $0 == 0x20 || $0 == 0x09 })
            guard words.count >= 2, let number = number(words[0]), number > 0, number <= UInt64(UInt32.max) else {
                return nil
            }
            return (UInt32(number), Array(words[1]))
        }

        /// A decimal number that is all digits; nil for any other.
        static func number(_ word: some Collection<UInt8>) -> UInt64? {
            guard !word.isEmpty, word.count <= 18 else { return nil }
            var number: UInt64 = 0
            for byte in word {
                guard byte.isDigit else { return nil }
                number = number * 10 + UInt64(byte - 0x30)
            }
            return number
        }

        /// How many messages and octets the maildrop has: the words of STAT's reply. Nil where they are none.
        package static func stat(_ reply: Reply) -> (messages: UInt32, octets: UInt64)? {
            let words = reply.text.split(separator: " ", maxSplits: 2)
            guard words.count >= 2, let messages = number(Array(words[0].utf8)), messages <= UInt64(UInt32.max),
                let octets = number(Array(words[1].utf8))
            else { return nil }
            return (UInt32(messages), octets)
        }

        /// The unique-id in the reply to `UIDL n`; nil where it is about another message, or has none.
        package static func uniqueID(_ reply: Reply, of wanted: UInt32) -> [UInt8]? {
            guard reply.isOK, let (number, word) = entry(Array(reply.text.utf8)), number == wanted else { return nil }
            return word
        }
    }
}

/// What servers wrote into the header about whom a message is from and for: for a message that does not say so itself.
extension ParsedMessage {
    package var hasAuthor: Bool { from.contains { !$0.address.isEmpty } }

    package var hasRecipient: Bool { (to + cc + bcc).contains { !$0.address.isEmpty } }

    /// The addresses in the fields of that name, at most ten.
    package func addresses(inFields name: String) -> [String] {
        var found: [String] = []
        for field in headers where field.isNamed(name) && found.count < 10 {
            for address in AddressParser.list(String(decoding: field.value.utf8.prefix(4_000), as: UTF8.self))
            where address.address.utf8.contains(UInt8(ascii: "@")) && found.count < 10 {
                found.append(address.address)
            }
        }
        return found
    }

    /// Whom the topmost Received field that says so names after its `for` (RFC 5321, section 4.4).
    package var receivedFor: String? {
        for field in headers.prefix(200) where field.isNamed("Received") {
            if let address = Self.receiver(field.value) { return address }
        }
        return nil
    }

    private static func receiver(_ value: String) -> String? {
        var depth = 0
        var isNext = false
        for word in value.utf8.prefix(4_000).split(whereSeparator: { $0 <= 32 || $0 == UInt8(ascii: ";") }) {
            let wasWithin = depth > 0
            for byte in word {
                if byte == UInt8(ascii: "(") { depth += 1 }
                if byte == UInt8(ascii: ")") { depth = max(depth - 1, 0) }
            }
            if wasWithin || word.first == UInt8(ascii: "(") { continue }
            if isNext {
                var address = word
                if address.first == UInt8(ascii: "<") { address = address.dropFirst() }
                if address.last == UInt8(ascii: ">") { address = address.dropLast() }
                guard let at = address.lastIndex(of: UInt8(ascii: "@")), at > address.startIndex,
                    address.index(after: at) < address.endIndex
                else { return nil }
                return String(decoding: Array(address), as: UTF8.self)
            }
            isNext = word.count == 3 && word.elementsEqual("for".utf8) { $0 | 0x20 == $1 }
        }
        return nil
    }
}

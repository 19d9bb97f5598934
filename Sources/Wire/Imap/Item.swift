extension Imap {
    /// A value of the data format (RFC 9051, section 4), as it came.
    package indirect enum Item: Sendable, Equatable {
        /// NIL
        case none
        case atom([UInt8])
        /// Quoted or literal: servers use the one for the other.
        case string([UInt8])
        /// A literal of this many octets, which was passed on in pieces and is not here.
        case streamed(Int64)
        case list([Item])

        /// The bytes of an atom or string.
        package var bytes: [UInt8]? {
            switch self {
            case .atom(let bytes), .string(let bytes): bytes
            case .none, .streamed, .list: nil
            }
        }

        /// Atom or string as text, damage replaced.
        package var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

        /// A list's items; NIL where () belongs is the empty list.
        package var items: [Item]? {
            switch self {
            case .list(let items): items
            case .none: []
            case .atom, .string, .streamed: nil
            }
        }

        /// An object's name (RFC 8474, section 7: objectid), which stands in parentheses. Nil where it is none: NIL, or
        /// octets that no name has.
        package var objectID: String? {
            guard let name = items?.first?.bytes ?? bytes, (1...255).contains(name.count),
                name.allSatisfy({ $0.isDigit || (0x41...0x5a).contains($0.upperCased) || $0 == 0x2d || $0 == 0x5f })
            else { return nil }
            return String(decoding: name, as: UTF8.self)
        }

        /// A count; -1 and nonsense are nil, and 12.0 is 12.
        package var number: Int64? {
            guard let text else { return nil }
            let whole = text.prefix { $0 != "." }
            guard text.dropFirst(whole.count + 1).allSatisfy({ $0 >= "0" && $0 <= "9" }) else { return nil }
            return Int64(whole).flatMap { $0 < 0 ? nil : $0 }
        }
    }
}

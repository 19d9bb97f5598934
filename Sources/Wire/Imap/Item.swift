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

        /// A count of octets or lines; -1 and nonsense are nil.
        package var number: Int64? { text.flatMap { Int64($0) }.flatMap { $0 < 0 ? nil : $0 } }
    }
}

/// What is put or changed of one contact: nil keeps what is there.
package struct ContactValues: Sendable {
    /// The CRM's own key.
    package var key: String?
    package var name: String?
    /// As they were given; checked by `ContactValues.check`.
    package var addresses: [String]?
    package var domains: [String]?
    package var exact: Bool?

    package static let mostAddresses = 1_000

    package init() {}
}

/// How an address of a message is known to be a contact's; the lower the surer.
package enum MatchKind: Int64, Sendable {
    case address = 0
    case loose = 1
    case domain = 2

    var name: String {
        switch self {
        case .address: "address"
        case .loose: "loose"
        case .domain: "domain"
        }
    }
}

/// Where an address of a message stands: the bits of `participant.source`.
package struct ParticipantSource: OptionSet, Sendable {
    package let rawValue: Int64

    package init(rawValue: Int64) { self.rawValue = rawValue }

    package static let from = ParticipantSource(rawValue: 1)
    package static let to = ParticipantSource(rawValue: 2)
    package static let cc = ParticipantSource(rawValue: 4)
    package static let bcc = ParticipantSource(rawValue: 8)
    package static let replyTo = ParticipantSource(rawValue: 16)
    package static let sender = ParticipantSource(rawValue: 32)
    package static let deliveredTo = ParticipantSource(rawValue: 64)
    package static let originalTo = ParticipantSource(rawValue: 128)
    package static let envelopeTo = ParticipantSource(rawValue: 256)
    package static let returnPath = ParticipantSource(rawValue: 512)
    package static let received = ParticipantSource(rawValue: 1024)
    package static let thread = ParticipantSource(rawValue: 2048)
    package static let send = ParticipantSource(rawValue: 4096)
    /// Beside one of the others: it was found for the author that was missing.
    static let author = ParticipantSource(rawValue: 8192)

    /// What says who wrote a message.
    package static let authors: ParticipantSource = [.from, .sender, .replyTo, .returnPath, .author]
    /// What says for whom it is.
    package static let recipients: ParticipantSource = [
        .to, .cc, .bcc, .deliveredTo, .originalTo, .envelopeTo, .received,
    ]

    /// By the bit.
    private static let names = [
        "from", "to", "cc", "bcc", "reply_to", "sender", "delivered_to", "x_original_to", "envelope_to", "return_path",
        "received", "thread", "send",
    ]

    /// The surest of them, as a row shows it.
    var name: String {
        let bit = rawValue.trailingZeroBitCount
        return bit < ParticipantSource.names.count ? ParticipantSource.names[bit] : "to"
    }
}

/// An address that stands in a message beside From, To, Cc, Bcc and Reply-To.
package struct TracedAddress: Sendable, Equatable {
    package let source: ParticipantSource
    package let address: String

    package init(_ source: ParticipantSource, _ address: String) {
        self.source = source
        self.address = address
    }
}

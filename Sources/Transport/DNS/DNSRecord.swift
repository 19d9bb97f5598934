import Base
import CMailroom
import CSystem

/// The types that can be asked for (RFC 1035, section 3.2.2; RFC 2782; RFC 3596).
package enum DNSType: UInt16, Sendable {
    case address = 1
    case alias = 5
    case exchange = 15
    case text = 16
    case address6 = 28
    /// RFC 2782.
    case service = 33
}

/// What one record says.
package enum DNSRecord: Sendable, Equatable {
    /// Of A and AAAA: in numbers.
    case address(String)
    case alias(String)
    case exchange(preference: UInt16, host: String)
    /// A host of `.` says that there is no such service.
    case service(priority: UInt16, weight: UInt16, port: UInt16, host: String)
    /// The strings of a TXT record in a row, without anything between them.
    case text([UInt8])
}

/// What the name service answered about one name.
package struct DNSAnswer: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        case found
        /// The name exists, and has no record of the type.
        case empty
        /// The name does not exist.
        case noName
    }

    package var outcome: Outcome
    package var records: [DNSRecord] = []
    /// The names that the asked one is an alias of, in their order.
    package var aliases: [String] = []

    package init(_ outcome: Outcome, _ records: [DNSRecord] = [], aliases: [String] = []) {
        self.outcome = outcome
        self.records = records
        self.aliases = aliases
    }

    package var texts: [[UInt8]] {
        records.compactMap { if case .text(let bytes) = $0 { bytes } else { nil } }
    }

    package var addresses: [String] {
        records.compactMap { if case .address(let text) = $0 { text } else { nil } }
    }
}

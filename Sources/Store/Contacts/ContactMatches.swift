import Base
import CMailroom

/// One contact that has part in a message, and how that is known.
struct ContactMatch {
    let contact: Int64
    let key: String
    let address: String
    let source: Int64
    let kind: Int64

    var record: Record {
        var record = Record()
        record.set("contact", contact)
        record.set("key", key)
        record.set("address", address)
        record.set("source", ParticipantSource(rawValue: source).name)
        record.set("by", (MatchKind(rawValue: kind) ?? .domain).name)
        return record
    }
}

extension Connection {
    /// The contacts that have part in a message, each once by the surest way, in the order of their ids.
    func contacts(ofMessage message: Int64) throws(Failure) -> [ContactMatch] {
        let found = try all(composed: ContactSQL.contactsOfMessage, [.int(message)]) { (row) throws(Failure) in
            ContactMatch(
                contact: row.int(0), key: row.text(1), address: row.text(2), source: row.int(3), kind: row.int(4))
        }
        guard found.count > 1 else { return found }
        let sorted = found.sorted {
            ($0.contact, $0.kind, $0.source & -$0.source, $0.address)
                < ($1.contact, $1.kind, $1.source & -$1.source, $1.address)
        }
        var matches: [ContactMatch] = []
        for match in sorted where matches.last?.contact != match.contact { matches.append(match) }
        return matches
    }
}

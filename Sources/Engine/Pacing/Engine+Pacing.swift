import Base
import CMailroom
import Store

/// Rows of kind pacing: how fast an account, or all accounts with one server together, may send. What is set takes effect
/// with the next message, and in the place of what refusals have taught.
extension Engine {
    /// The largest limit that makes sense.
    private static let mostPaced: Int64 = 1_000_000_000_000

    func putPacing(_ values: Record) throws(Failure) -> Int64 {
        try RecordSpec.named("pacing")?.check(values)
        var row = PacingRow(account: values.int("account"))
        if let host = try Engine.line(values, "host") {
            let plain = host.lowercased()
            guard (1...255).contains(plain.utf8.count), plain.utf8.allSatisfy({ $0 > 32 && $0 != 127 }) else {
                throw .invalid("host", "is not the name of a server")
            }
            row.host = plain
        }
        guard (row.account == nil) != (row.host == nil) else {
            throw .invalid("account", row.account == nil ? "is missing; or host" : "cannot stand beside host")
        }
        row.values = try Engine.paced(values, ofHost: row.host != nil).compactMapValues(\.self)
        let id = try core.store.putPacing(row)
        try newlyPaced(row.account)
        return id
    }

    func updatePacing(_ id: Int64, _ values: Record) throws(Failure) {
        try RecordSpec.named("pacing")?.check(values)
        for name in ["account", "host"] where values[name] != nil {
            throw .invalid(name, "pacing stays with what it is for")
        }
        let row = try core.store.get("pacing", id)
        try core.store.updatePacing(id, try Engine.paced(values, ofHost: row["host"] != nil))
        try newlyPaced(row.int("account"))
    }

    func removePacing(_ id: Int64) throws(Failure) {
        let account = try core.store.get("pacing", id).int("account")
        try core.store.removePacing(id)
        try newlyPaced(account)
    }

    /// Nil stands for a limit that is taken away, so that the provider's own holds.
    private static func paced(_ values: Record, ofHost: Bool) throws(Failure) -> [PacingField: Int64?] {
        var paced: [PacingField: Int64?] = [:]
        for field in PacingField.allCases {
            guard let value = values.int(field.rawValue) else { continue }
            guard (-1...mostPaced).contains(value) else {
                throw .invalid(field.rawValue, "\(value) is not within -1 to \(mostPaced)")
            }
            guard !ofHost || field.counted != nil else {
                throw .invalid(field.rawValue, "is of an account alone, not of a server")
            }
            paced[field] = .some(value < 0 ? nil : value)
        }
        return paced
    }

    /// A person knows better than what refusals have taught, and what they held.
    private func newlyPaced(_ id: Int64?) throws(Failure) {
        guard let id, let account = try? core.store.account(id) else { return }
        guard let host = try? core.sendingServer(account).server.host else { return }
        try LearnedPace(core.store, id, host).forget()
        try core.store.endSendingHold(of: id)
    }
}

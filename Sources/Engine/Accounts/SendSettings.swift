import Base

/// The settings of sending that every account has, whatever its provider: `senders` and `send_attempts`.
enum SendSettings {
    static let mostAttempts: Int64 = 100

    /// Of the fields of mr_connect or mr_reconnect, as they are stored; nil takes a setting back to its default.
    /// - Throws: `MR_E_INVALID` naming the field.
    static func read(_ record: Record) throws(Failure) -> [String: String?] {
        var settings: [String: String?] = [:]
        if let attempts = record.int("send_attempts") {
            guard (0...mostAttempts).contains(attempts) else {
                throw .invalid("send_attempts", "\(attempts) is not within 0 to \(mostAttempts)")
            }
            settings.updateValue(attempts == 0 ? nil : String(attempts), forKey: "send_attempts")
        }
        if let value = record["senders"] {
            let given = value.text.map { [$0] } ?? record.texts("senders")
            guard value.text != nil || given.count == value.list?.count else {
                throw .invalid("senders", "is not a list of texts")
            }
            guard given.count <= 1000 else { throw .invalid("senders", "has more than 1000 entries") }
            var senders: [String] = []
            for (index, sender) in given.enumerated() {
                guard !sender.isEmpty || given.count > 1 else { continue }
                let address = sender.hasPrefix("@") ? "x" + sender : sender
                try Engine.checkAddress(address, "senders[\(index)]")
                senders.append(sender)
            }
            settings.updateValue(senders.isEmpty ? nil : senders.joined(separator: " "), forKey: "senders")
        }
        return settings
    }

    /// Whether an address is the account's own or one of `senders`: addresses, or `@domain` for all of a domain, with
    /// blanks between.
    static func allows(_ address: String, _ senders: String, own: String) -> Bool {
        let address = address.lowercased()
        if address == own.lowercased() { return true }
        return senders.lowercased().split(separator: " ").contains { entry in
            entry.hasPrefix("@") ? address.hasSuffix(entry) : address == entry
        }
    }
}

import Base

/// What all sources together come to.
struct DiscoveryResult {
    let address: DiscoveryAddress
    let findings: [Finding]
    let looks: [DiscoveryLook]

    /// The finding whose servers for receiving are used: the first that is proved, in the order of the sources.
    private var best: Finding? {
        findings.first(where: \.isProved) ?? findings.first { $0.receiving != nil }
            ?? findings.first { $0.sending != nil }
    }

    /// A record of kind `discovery`.
    var record: Record {
        var record = Record(["address": .text(address.text), "domain": .text(address.domain)])
        let best = best
        // What a provider of the table says of itself holds also where nothing could be reached.
        let spoken = best ?? findings.first
        record.set("ok", best == nil ? 0 : 1)
        record.set("source", best?.source.rawValue)
        record.set("name", spoken?.name)
        if let spoken {
            record["auth"] = .list(spoken.auth.map(Value.text))
            record.set("oauth", spoken.oauth)
            record.set("api", spoken.api)
            if !spoken.notes.isEmpty { record.set("note", spoken.notes.joined(separator: "\n")) }
        }
        if let best { record["connect"] = .record(settings(best)) }
        if best == nil { record.set("reason", reason) }
        record["findings"] = .list(findings.map { .record($0.record) })
        record["looks"] = .list(looks.map { .record($0.record) })
        return record
    }

    /// A record of kind `connect`, without secrets. Nothing stands in it that was not proved.
    private func settings(_ best: Finding) -> Record {
        var record = Record(["address": .text(address.text)])
        let receiver = best.receiving == nil ? findings.first { $0.receiving != nil } : best
        let sender = best.sending == nil ? findings.first { $0.sending != nil } : best
        let receiving = receiver?.receiving
        record.set("provider", receiving?.place.kind == .pop3 ? "pop3" : "imap")
        for place in [receiving?.place, sender?.sending?.place].compactMap({ $0 }) {
            let kind = place.kind.rawValue
            record.set("\(kind)_host", place.host)
            record.set("\(kind)_port", String(place.port))
            record.set("\(kind)_tls", place.security.rawValue)
        }
        // The login of each server is what its own source says.
        let user = (receiver ?? best).user
        if user != address.text { record.set("user", user) }
        if let sender, sender.sendingUser != user { record.set("smtp_user", sender.sendingUser) }
        return record
    }

    /// One line: why there is nothing to connect with.
    private var reason: String {
        let proofs = findings.flatMap(\.proofs)
        if let host = proofs.first(where: \.wantsConsent)?.place.host {
            return "what was found (\(host)) is not used unasked: name the server on purpose if it is right"
        }
        if findings.contains(where: { $0.places.isEmpty }) { return "the provider has no servers for other programs" }
        if let failure = proofs.first(where: { !$0.isGood })?.failure {
            return "servers were found, and none could be proved: \(failure.message)"
        }
        return "nothing says where the mail of \(address.domain) is"
    }
}

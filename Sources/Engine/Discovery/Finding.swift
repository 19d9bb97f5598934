import Base

/// What one source says about the settings of an address, and what of it was proved.
struct Finding: Sendable {
    /// In the order in which they are believed.
    enum Source: String, Sendable {
        /// The built-in table, by the domain.
        case table
        /// https://autoconfig.DOMAIN.
        case autoconfig
        /// https://DOMAIN/.well-known/autoconfig.
        case wellKnown = "well_known"
        /// RFC 6186, RFC 8314.
        case srv
        /// The built-in table, by the mail exchanger.
        case mx
        case autodiscover
        /// imap.DOMAIN and its like.
        case names
    }

    let source: Source
    /// Where exactly it stood: a web address, a name in DNS.
    let origin: String
    /// The provider's name, for people.
    var name: String?
    /// Several of a kind are alternatives, the better one first.
    var places: [MailPlace] = []
    var user: String
    var sendingUser: String
    /// password, app_password, oauth2.
    var auth = ["password"]
    /// Who gives tokens: google, microsoft, yahoo, aol.
    var oauth: String?
    /// The scheme of the provider's own interface: gmail, graph.
    var api: String?
    var notes: [String] = []
    /// Whoever can forge an answer of DNS, or an unencrypted one, could have written it.
    var isUnsigned = false
    var proofs: [Proof] = []

    init(_ source: Source, _ origin: String, _ address: DiscoveryAddress) {
        self.source = source
        self.origin = origin
        user = address.text
        sendingUser = address.text
    }

    /// The first place of that kind that proved itself.
    func proved(_ kind: MailPlace.Kind) -> Proof? {
        proofs.first { $0.place.kind == kind && $0.isGood }
    }

    /// By which mail comes in: IMAP before POP3.
    var receiving: Proof? { proved(.imap) ?? proved(.pop3) }
    var sending: Proof? { proved(.smtp) }

    /// Each of its servers of one kind, or nothing where it names none.
    private func isProvedWhereNamed(_ kinds: [MailPlace.Kind]) -> Bool {
        let named = places.filter { kinds.contains($0.kind) }
        return named.isEmpty || kinds.contains { proved($0) != nil }
    }

    var isProved: Bool {
        !places.isEmpty && isProvedWhereNamed([.imap, .pop3]) && isProvedWhereNamed([.smtp])
    }

    var record: Record {
        var record = Record(["source": .text(source.rawValue), "origin": .text(origin)])
        record.set("name", name)
        record.set("proved", isProved ? 1 : 0)
        record["auth"] = .list(auth.map(Value.text))
        record.set("oauth", oauth)
        record.set("api", api)
        record.set("user", user)
        if sendingUser != user { record.set("smtp_user", sendingUser) }
        record["servers"] = .list(proofs.map { .record($0.record) })
        if !notes.isEmpty { record.set("note", notes.joined(separator: "\n")) }
        return record
    }
}

/// What came of a connection to a place.
struct Proof: Sendable {
    let place: MailPlace
    /// TLS with a certificate for the host, and a server that speaks the protocol.
    var isGood = false
    /// Why not; also of those that were not tried.
    var failure: Failure?
    /// All that lacks is somebody who says that this host is meant.
    var wantsConsent = false
    /// What the server said of itself.
    var greeting: String?
    var security: String?
    var capabilities: [String] = []
    /// Whether its certificate is also good for the domain of the address.
    var coversDomain = false
    var ms: Int64 = 0

    init(_ place: MailPlace) { self.place = place }

    var record: Record {
        var record = Record([
            "protocol": .text(place.kind.rawValue), "host": .text(place.host), "port": .int(Int64(place.port)),
            "tls": .text(place.security.rawValue), "proved": .int(isGood ? 1 : 0),
        ])
        if wantsConsent { record.set("consent", 1) }
        record.set("security", security)
        record.set("greeting", greeting)
        if !capabilities.isEmpty { record.set("capabilities", capabilities.joined(separator: " ")) }
        record.set("reason", failure?.message)
        record.set("cause", failure?.cause)
        record.set("server_text", failure?.serverText)
        record.set("ms", ms)
        return record
    }
}

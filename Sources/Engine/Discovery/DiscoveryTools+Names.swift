import Base
import Transport

/// What DNS says of a domain's mail.
extension DiscoveryTools {
    private static let mostTargets = 3

    /// The services that a domain announces (RFC 6186, RFC 8314), TLS from the first octet before STARTTLS.
    private static let services: [(label: String, kind: MailPlace.Kind, security: MailPlace.Security)] = [
        ("_imaps", .imap, .implicit), ("_imap", .imap, .starttls), ("_pop3s", .pop3, .implicit),
        ("_pop3", .pop3, .starttls), ("_submissions", .smtp, .implicit), ("_submission", .smtp, .starttls),
    ]

    func services() throws(Failure) -> [Finding] {
        let client = names
        var finding = Finding(.srv, "SRV of \(address.domain)", address)
        finding.isUnsigned = true
        for service in DiscoveryTools.services {
            let answer = try client.ask("\(service.label)._tcp.\(address.domain)", .service)
            var targets: [(order: Int, host: String, port: UInt16)] = []
            for case .service(let priority, let weight, let port, let host) in answer.records
            where !host.isEmpty && host != "." {
                targets.append((Int(priority) << 16 | Int(UInt16.max - weight), host, port))
            }
            targets.sort { ($0.order, $0.host, $0.port) < ($1.order, $1.host, $1.port) }
            for target in targets.prefix(DiscoveryTools.mostTargets) {
                if let place = MailPlace(service.kind, target.host, target.port, service.security) {
                    finding.places.append(place)
                }
            }
        }
        return finding.places.isEmpty ? [] : [finding]
    }

    /// The provider of the table to whom the domain's mail goes. Its servers stand in the table, so that a forged answer leads
    /// to no stranger.
    func exchangers() throws(Failure) -> [Finding] {
        for host in try exchangerHosts() {
            guard let row = ProviderTable.of(exchanger: host) else { continue }
            var finding = row.finding(.mx, host, for: address)
            // In a domain of one's own the part before the @ alone says too little.
            finding.user = address.text
            finding.sendingUser = address.text
            return [finding]
        }
        return []
    }

    /// In the order of their preference, in small letters.
    func exchangerHosts() throws(Failure) -> [String] {
        var hosts: [(preference: UInt16, name: String)] = []
        for case .exchange(let preference, let host) in try names.ask(address.domain, .exchange).records {
            let name = host.lowercased()
            hosts.append((preference, name.hasSuffix(".") ? String(name.dropLast()) : name))
        }
        hosts.sort { ($0.preference, $0.name) < ($1.preference, $1.name) }
        return hosts.prefix(10).map(\.name).filter { !$0.isEmpty }
    }

    /// What such servers are usually called: asked last, and believed only by their certificates. Where the domain's mail goes
    /// to a server elsewhere, that one as well: it wants somebody's word.
    func usualNames() -> Finding {
        var finding = Finding(.names, "the usual names below \(address.domain)", address)
        finding.isUnsigned = true
        let domain = address.domain
        var hosts: [MailPlace.Kind: [String]] = [
            .imap: ["imap.\(domain)", "mail.\(domain)"], .pop3: ["pop.\(domain)", "pop3.\(domain)", "mail.\(domain)"],
            .smtp: ["smtp.\(domain)", "mail.\(domain)"],
        ]
        if let exchanger = (try? exchangerHosts())?.first {
            hosts[.imap]?.append(exchanger)
            hosts[.smtp]?.append(exchanger)
        }
        for (kind, securities) in [
            (MailPlace.Kind.imap, [MailPlace.Security.implicit, .starttls]), (.smtp, [.implicit, .starttls]),
            (.pop3, [.implicit]),
        ] {
            for security in securities {
                for host in hosts[kind] ?? [] {
                    guard let place = MailPlace(kind, host, MailPlace.port(kind, security), security) else { continue }
                    if !finding.places.contains(place) { finding.places.append(place) }
                }
            }
        }
        return finding
    }
}

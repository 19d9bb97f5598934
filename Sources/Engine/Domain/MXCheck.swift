import Base
import Transport

/// Where the domain's own mail goes, and with it every bounce (RFC 5321, section 5.1; RFC 7505).
struct MXCheck {
    let client: DNSClient
    let domain: String

    /// Hosts beyond are not looked at.
    private static let maximumHosts = 10

    func run() throws(Failure) -> DomainStep {
        var step = DomainStep("mx")
        let answer = try client.ask(domain, .exchange)
        guard answer.outcome != .noName else {
            step.isMissing = true
            step.fails(
                "The domain \(domain) does not exist.", "Look at how it is written.", "Register it, or renew it.")
            return step
        }
        var hosts: [(preference: UInt16, name: String)] = []
        for case .exchange(let preference, let host) in answer.records { hosts.append((preference, host)) }
        hosts.sort { ($0.preference, $0.name) < ($1.preference, $1.name) }
        step.found = hosts.map { "\($0.preference) \($0.name.isEmpty ? "." : $0.name)" }
        guard !hosts.isEmpty else {
            try withoutRecord(&step)
            return step
        }
        if hosts.contains(where: { $0.name.isEmpty || $0.name == "." }) {
            step.fails(
                "The domain says that it takes no mail at all (null MX): bounces and answers cannot come back, and many servers refuse such a sender.",
                "Publish the MX record of your mail server instead of the null MX.")
            step.publish(domain, "MX", "10 mail.\(domain)")
            return step
        }
        for host in hosts.prefix(MXCheck.maximumHosts) { try look(at: host.name, &step) }
        return step
    }

    private func withoutRecord(_ step: inout DomainStep) throws(Failure) {
        let own = try addresses(domain)
        if own.isEmpty {
            step.fails(
                "The domain has no MX record, and no address either: no bounce and no answer can come back.",
                "Publish the MX record that your mail provider names.")
        } else {
            step.remarks(
                "The domain has no MX record; mail goes to its own address, \(own[0]).",
                "Publish an MX record, so that nobody has to guess.")
        }
        step.publish(domain, "MX", "10 mail.\(domain)")
    }

    private func look(at host: String, _ step: inout DomainStep) throws(Failure) {
        if IPNetwork(host, isIPv6: false) != nil || IPNetwork(host, isIPv6: true) != nil {
            step.fails(
                "The MX record names the address \(host) instead of a host.",
                "Publish the name of the mail server in it.")
            return
        }
        let aliases = try client.ask(host, .address).aliases
        if !aliases.isEmpty {
            step.remarks(
                "The mail server \(host) is an alias (CNAME), which an MX record must not name; some senders refuse it.",
                "Name \(aliases.last ?? host) in the MX record.")
        }
        if try addresses(host).isEmpty {
            step.fails(
                "The mail server \(host) has no address.", "Correct the MX record, or publish the server's address.")
        }
    }

    private func addresses(_ host: String) throws(Failure) -> [String] {
        let four = try client.ask(host, .address).addresses
        return four.isEmpty ? try client.ask(host, .address6).addresses : four
    }
}

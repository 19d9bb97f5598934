import Base
import CMailroom
import Transport

/// What Exchange says of a domain's mailboxes (Autodiscover), without a login.
extension DiscoveryTools {
    /// The ways to ask, each of its own, side by side.
    enum AutodiscoverWay: CaseIterable {
        /// Microsoft, whether it has the mailbox.
        case microsoft
        /// The domain's own Exchange: in JSON.
        case json
        case domain
        case subdomain
        /// Where `_autodiscover._tcp` leads.
        case service
        /// Where http://autodiscover.DOMAIN sends to: only Microsoft is believed in that.
        case redirect
    }

    private static let path = "/autodiscover/autodiscover.xml"
    private static let microsoftHosts = [
        "autodiscover-s.outlook.com", "autodiscover.outlook.com", "outlook.office365.com",
    ]
    private static let mostOctets: Int64 = 256 << 10

    func autodiscover(_ way: AutodiscoverWay) throws(Failure) -> [Finding] {
        let domain = address.domain
        switch way {
        case .microsoft:
            guard !options.autodiscover.isEmpty else { return [] }
            return try json(options.autodiscover)
        case .json: return try json("https://autodiscover.\(domain)/autodiscover/autodiscover.json")
        case .domain: return try pox("https://\(domain)\(DiscoveryTools.path)")
        case .subdomain: return try pox("https://autodiscover.\(domain)\(DiscoveryTools.path)")
        case .service: return try service()
        case .redirect: return try redirect()
        }
    }

    private func json(_ base: String) throws(Failure) -> [Finding] {
        let url = "\(base)/v1.0/\(DiscoveryTools.escaped(address.text))?Protocol=ActiveSync"
        let answer = try fetch(HTTPRequest("GET", url, limitBytes: DiscoveryTools.mostOctets))
        guard answer.status == 200 else { throw refused(answer.status) }
        return try findings(try AutodiscoverAnswer(json: answer.body), base)
    }

    private func service() throws(Failure) -> [Finding] {
        for case .service(_, _, let port, let host) in try names.ask("_autodiscover._tcp.\(address.domain)", .service)
            .records
        {
            guard let place = MailPlace(.imap, host, port, .implicit), place.host.utf8.contains(UInt8(ascii: "."))
            else { continue }
            if DiscoveryTools.microsoftHosts.contains(place.host) { return [microsoft365(place.host)] }
            // A host elsewhere is named by DNS alone, which anybody on the way can forge: it does not learn the address.
            guard place.isWithin(address.domain) else {
                throw Failure(MR_E_REFUSED, "DNS sends to \(place.host), which is not its own")
            }
            return try pox("https://\(place.host):\(port)\(DiscoveryTools.path)")
        }
        return []
    }

    private func redirect() throws(Failure) -> [Finding] {
        let answer = try fetch(
            HTTPRequest(
                "GET", "http://autodiscover.\(address.domain)\(DiscoveryTools.path)",
                limitBytes: DiscoveryTools.mostOctets),
            others: DiscoveryTools.microsoftHosts)
        guard DiscoveryTools.microsoftHosts.contains(answer.host) else { return [] }
        return [microsoft365(answer.host)]
    }

    // MARK: XML

    private func pox(_ url: String, again: Bool = true) throws(Failure) -> [Finding] {
        var request = HTTPRequest("POST", url, limitBytes: DiscoveryTools.mostOctets)
        request.set("Content-Type", "text/xml; charset=utf-8")
        request.body = AutodiscoverAnswer.question(address.text)
        let answer = try fetch(request)
        if (300..<400).contains(answer.status), let location = answer.location {
            return try elsewhere(location, again)
        }
        guard answer.status == 200 else { throw refused(answer.status) }
        let read = try AutodiscoverAnswer(xml: answer.body)
        if let location = read.redirectURL { return try elsewhere(location, again) }
        return try findings(read, url)
    }

    /// Microsoft is known; the domain's own sites are asked once more; nobody else is.
    private func elsewhere(_ location: String, _ again: Bool) throws(Failure) -> [Finding] {
        guard location.lowercased().hasPrefix("https://"), let host = AutodiscoverAnswer.host(of: location) else {
            throw Failure(MR_E_REFUSED, "it sends to an address without TLS")
        }
        if DiscoveryTools.microsoftHosts.contains(host) { return [microsoft365(host)] }
        guard again, host == address.domain || host.hasSuffix("." + address.domain) else {
            throw Failure(MR_E_REFUSED, "it sends to \(host), which is not its own")
        }
        return try pox(location, again: false)
    }

    private func findings(_ answer: AutodiscoverAnswer, _ origin: String) throws(Failure) -> [Finding] {
        if answer.isMicrosoft365 { return [microsoft365(origin)] }
        if let other = answer.redirectAddress, let at = other.lastIndex(of: "@"),
            let row = ProviderTable.of(domain: String(other[other.index(after: at)...]))
        {
            return [row.finding(.autodiscover, origin, for: address)]
        }
        if let error = answer.error { throw Failure(MR_E_NOT_FOUND, "it says: \(error)") }
        var finding = Finding(.autodiscover, origin, address)
        finding.places = answer.places.filter { $0.security != .none } + answer.places.filter { $0.security == .none }
        if let user = answer.user {
            finding.user = user
            finding.sendingUser = user
        }
        if let exchange = answer.exchange {
            finding.name = "Exchange"
            if finding.places.isEmpty {
                finding.auth = []
                finding.notes.append(
                    "An Exchange server (\(exchange)) that names neither IMAP nor POP3: ask its administrator to enable IMAP and SMTP for the mailbox, and for their servers' names."
                )
            }
        }
        return finding.places.isEmpty && finding.notes.isEmpty ? [] : [finding]
    }

    private func microsoft365(_ origin: String) -> Finding {
        guard let row = ProviderTable.of(domain: "office365.com") else {
            return Finding(.autodiscover, origin, address)
        }
        return row.finding(.autodiscover, origin, for: address)
    }

    private func refused(_ status: Int32) -> Failure {
        switch status {
        case 401, 403: Failure(MR_E_AUTH, "an Exchange server may be there: it wants a login before it says anything")
        case 404: Failure(MR_E_NOT_FOUND, "nothing there")
        default: Failure(MR_E_REFUSED, "it answers \(status)")
        }
    }
}

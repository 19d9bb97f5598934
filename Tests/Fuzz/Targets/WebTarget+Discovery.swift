import Base

@testable import Engine

/// What a domain's web sites say of its servers.
extension WebTarget {
    static func autoconfig(_ said: [UInt8]) -> [String] {
        guard let address = try? DiscoveryAddress("ann.lee@example.com") else { return [] }
        var finding = Finding(.autoconfig, "https://autoconfig.example.com", address)
        guard (try? AutoconfigAnswer(address: address).read(said, into: &finding)) != nil else { return [] }
        var broken = finding.places.filter { !isName($0) }.map { "'\($0.host)' is taken for the name of a server" }
        if finding.places.isEmpty || finding.places.count > 20 { broken.append("\(finding.places.count) servers") }
        for words in [finding.name ?? "x", finding.user, finding.sendingUser]
        where words.isEmpty || words.utf8.count > 320 || !isLine(words) {
            broken.append("'\(words)' is shown")
        }
        _ = JSON.text(finding.record)
        return broken
    }

    /// The first octet chooses between JSON and XML.
    static func autodiscover(_ said: [UInt8]) -> [String] {
        let answer: AutodiscoverAnswer
        do throws(Failure) {
            answer =
                said.first == UInt8(ascii: "{") ? try AutodiscoverAnswer(json: said) : try AutodiscoverAnswer(xml: said)
        } catch {
            return []
        }
        var broken = answer.places.filter { !isName($0) }.map { "'\($0.host)' is taken for the name of a server" }
        if answer.places.count > 30 { broken.append("\(answer.places.count) servers") }
        for words in [answer.user, answer.error, answer.redirectURL, answer.redirectAddress].compactMap({ $0 })
        where words.isEmpty || words.utf8.count > 320 || !isLine(words) {
            broken.append("'\(words)' is shown")
        }
        if let host = answer.exchange { broken += place(host, 443) }
        if let url = answer.redirectURL, let host = AutodiscoverAnswer.host(of: url) { broken += place(host, 443) }
        if let other = answer.redirectAddress.flatMap({ try? DiscoveryAddress($0) }) {
            _ = ProviderTable.of(domain: other.domain)
        }
        if answer.isMicrosoft365, answer.exchange == nil { broken.append("Microsoft's, and nowhere") }
        return broken
    }
}

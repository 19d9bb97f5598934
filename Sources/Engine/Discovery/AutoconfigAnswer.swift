import Base

/// Reads the settings that a domain publishes for mail programs (`clientConfig`, version 1.1). Whatever stands there is a claim.
struct AutoconfigAnswer {
    private static let mostServers = 20
    /// Whose tokens can be had, by the issuer that the file names.
    private static let issuers = [
        "accounts.google.com": "google", "login.microsoftonline.com": "microsoft", "login.yahoo.com": "yahoo",
        "login.aol.com": "aol",
    ]

    let address: DiscoveryAddress

    /// - Parameter finding: gets the servers, in the order of the file.
    /// - Throws: `MR_E_INVALID` for what is no such file.
    func read(_ bytes: [UInt8], into finding: inout Finding) throws(Failure) {
        let root = try XML.parse(bytes)
        guard root.name == "clientconfig", let provider = root.first("emailprovider") else {
            throw .invalid("xml", "has no <emailProvider>")
        }
        finding.name = provider.text("displayname").map(filled).flatMap(AutoconfigAnswer.line)
        var ways: [String] = []
        for server in provider.children.prefix(AutoconfigAnswer.mostServers * 4) {
            guard finding.places.count < AutoconfigAnswer.mostServers, let place = place(server) else { continue }
            let isFirst = !finding.places.contains { ($0.kind == .smtp) == (place.kind == .smtp) }
            finding.places.append(place)
            if isFirst, let user = server.text("username").map(filled).flatMap(AutoconfigAnswer.line) {
                if place.kind == .smtp { finding.sendingUser = user } else { finding.user = user }
            }
            for way in server.all("authentication") { ways.append(way.text.lowercased()) }
        }
        // What is not encrypted comes after everything that is.
        finding.places =
            finding.places.filter { $0.security != .none } + finding.places.filter { $0.security == .none }
        finding.auth =
            ways.contains { $0.hasPrefix("password") || $0 == "plain" || $0 == "secure" } || ways.isEmpty
            ? ["password"] : []
        if ways.contains("oauth2"), let oauth = oauth(root, provider, finding) {
            finding.oauth = oauth
            finding.auth.insert("oauth2", at: 0)
        }
        guard !finding.places.isEmpty else { throw .invalid("xml", "names no server that could be used") }
    }

    private func place(_ server: XMLElement) -> MailPlace? {
        let kind: MailPlace.Kind
        switch (server.name, server.attribute("type")?.lowercased()) {
        case ("incomingserver", "imap"): kind = .imap
        case ("incomingserver", "pop3"): kind = .pop3
        case ("outgoingserver", "smtp"): kind = .smtp
        default: return nil
        }
        let security: MailPlace.Security
        switch server.text("sockettype")?.lowercased() {
        case "ssl": security = .implicit
        case "starttls": security = .starttls
        case "plain": security = .none
        default: return nil
        }
        guard let host = server.text("hostname").map(filled), let port = server.text("port").flatMap({ UInt16($0) })
        else {
            return nil
        }
        return MailPlace(kind, host, port, security)
    }

    private func oauth(_ root: XMLElement, _ provider: XMLElement, _ finding: Finding) -> String? {
        let issuer = (root.first("oauth2") ?? provider.first("oauth2"))?.text("issuer")?.lowercased() ?? ""
        if let known = AutoconfigAnswer.issuers[issuer] { return known }
        return finding.places.lazy.compactMap { ProviderTable.oauth(server: $0.host) }.first
    }

    /// The places that stand for parts of the address.
    private func filled(_ text: String) -> String {
        let parts = [
            "%EMAILADDRESS%": address.text, "%EMAILLOCALPART%": address.local, "%EMAILDOMAIN%": address.domain,
        ]
        var result = ""
        var rest = text[...]
        while let begin = rest.firstIndex(of: "%") {
            result += rest[..<begin]
            rest = rest[begin...]
            guard let end = rest.dropFirst().firstIndex(of: "%") else { break }
            let name = String(rest[...end])
            if let part = parts[name] {
                result += part
                rest = rest[rest.index(after: end)...]
            } else {
                result += "%"
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }

    /// One line that may be shown and stored: nil for nothing, too much, or control characters.
    static func line(_ text: String) -> String? {
        guard (1...320).contains(text.utf8.count), text.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 })
        else {
            return nil
        }
        return text
    }
}

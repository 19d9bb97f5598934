/// What is known of large providers (ProviderTable+Rows.swift), read on use: a few dozen kilobytes are walked in less time than a
/// packet takes, and nobody needs them twice.
struct ProviderTable {
    let name: String
    private let words: [Substring]
    private let servers: [Substring]
    private let exchangers: [Substring]
    private(set) var domains: [Substring]

    private init?(_ line: Substring) {
        let parts = line.split(separator: ";", omittingEmptySubsequences: false).map(ProviderTable.trimmed)
        guard parts.count == 7 else { return nil }
        name = String(parts[0])
        words = parts[1].split(separator: " ")
        servers = Array(parts[2...4])
        exchangers = parts[5].split(separator: " ")
        domains = parts[6].split(separator: " ")
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }

    static var all: [ProviderTable] {
        var found: [ProviderTable] = []
        for line in rows.split(separator: "\n") {
            if line.hasPrefix(" "), !found.isEmpty {
                found[found.count - 1].domains += line.split(separator: " ")
            } else if let row = ProviderTable(line) {
                found.append(row)
            }
        }
        return found
    }

    /// The provider whose domain this is. A domain of the table that begins with a dot stands for all below it.
    static func of(domain: String) -> ProviderTable? {
        let domain = domain.lowercased()
        return all.first { row in
            row.domains.contains {
                $0 == domain || $0.hasPrefix(".") && domain.hasSuffix($0) && domain.count > $0.count
            }
        }
    }

    /// The provider that a mail exchanger's name belongs to: the longest end of it that is known as an exchanger or as a domain.
    static func of(exchanger host: String) -> ProviderTable? {
        let host = host.lowercased()
        var best: (length: Int, row: ProviderTable)?
        for row in all {
            for name in row.exchangers + row.domains where host == name || host.hasSuffix("." + name) {
                if name.utf8.count > best?.length ?? 0 { best = (name.utf8.count, row) }
            }
        }
        return best?.row
    }

    /// Who gives tokens for a server of this name; nil where the table knows nobody.
    static func oauth(server host: String) -> String? { all.first { $0.has(server: host) }?.value("oauth") }

    /// Whether a server of this name belongs to any provider of the table.
    static func knows(server host: String) -> Bool {
        all.contains { $0.has(server: host) }
    }

    private func has(server host: String) -> Bool {
        servers.contains { server in
            let name = server.prefix { $0 != ":" }
            return !name.isEmpty && name == host
        }
    }

    // MARK: what a row says

    private func value(_ name: String) -> String? {
        words.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.utf8.count + 1)) }
    }

    private func has(_ word: String) -> Bool { words.contains { $0 == word } }

    /// - Parameter address: whose settings they are.
    func finding(_ source: Finding.Source, _ origin: String, for address: DiscoveryAddress) -> Finding {
        var finding = Finding(source, origin, address)
        finding.name = name
        for (kind, text) in zip([MailPlace.Kind.imap, .pop3, .smtp], servers) where !text.isEmpty {
            if let place = MailPlace(kind, row: String(text), domain: address.domain) { finding.places.append(place) }
        }
        let form = has("local") ? "local" : has("dot") ? "dot" : "address"
        finding.user = address.login(form)
        finding.sendingUser = address.login(value("smtp") ?? form)
        finding.oauth = value("oauth")
        finding.api = value("api")
        finding.auth = []
        if finding.oauth != nil { finding.auth.append("oauth2") }
        if !finding.places.isEmpty, !has("nopassword") { finding.auth.append(has("app") ? "app_password" : "password") }
        if has("enable") {
            finding.notes.append("Access by mail programs is switched on in the mailbox's settings at \(name) first.")
        }
        if let note = value("note").flatMap({ ProviderTable.notes[$0] }) { finding.notes.append(note) }
        return finding
    }

    private static let notes = [
        "bridge":
            "Its mail is encrypted and no server of it speaks IMAP: the provider's own program, running on a machine of yours, gives IMAP and SMTP there. Connect with its host and ports.",
        "closed": "Its mail is encrypted, and it has no interface for other programs: it cannot be connected.",
    ]
}

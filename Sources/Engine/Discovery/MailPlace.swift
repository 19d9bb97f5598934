import Transport

/// One server that an address's mail comes from or goes to, as some source named it.
struct MailPlace: Sendable, Hashable {
    enum Kind: String, Sendable {
        case imap
        case pop3
        case smtp
    }

    enum Security: String, Sendable {
        /// TLS from the first octet.
        case implicit
        case starttls
        /// None at all: shown, never used.
        case none
    }

    let kind: Kind
    /// In small letters.
    let host: String
    let port: UInt16
    let security: Security

    /// - Returns: nil for what is no name in DNS: strangers do not lead to addresses in numbers, or to this machine.
    init?(_ kind: Kind, _ host: String, _ port: UInt16, _ security: Security) {
        guard let peer = try? Peer(host: host.lowercased(), port: port) else { return nil }
        let labels = peer.host.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count > 1, labels.allSatisfy({ !$0.isEmpty }), UInt32(labels[labels.count - 1]) == nil,
            !peer.host.utf8.contains(where: { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "%") })
        else { return nil }
        self.kind = kind
        self.host = peer.host
        self.port = port
        self.security = security
    }

    /// As the rows of the table write it: `host`, `host:port`, `host:port+`, `host:port!`.
    init?(_ kind: Kind, row text: String, domain: String) {
        var (host, port, security) = (Substring(text), MailPlace.port(kind, .implicit), Security.implicit)
        if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            var number = text[text.index(after: colon)...]
            security = number.hasSuffix("+") ? .implicit : number.hasSuffix("!") ? .none : .starttls
            if number.hasSuffix("+") || number.hasSuffix("!") { number.removeLast() }
            guard let given = UInt16(number), given > 0 else { return nil }
            port = given
        }
        self.init(kind, MailPlace.filled(String(host), domain), port, security)
    }

    /// A host of the table: `%` is the domain.
    private static func filled(_ host: String, _ domain: String) -> String {
        guard let at = host.firstIndex(of: "%") else { return host }
        return host[..<at] + domain + host[host.index(after: at)...]
    }

    /// The usual port (RFC 8314).
    static func port(_ kind: Kind, _ security: Security) -> UInt16 {
        switch kind {
        case .imap: security == .implicit ? 993 : 143
        case .pop3: security == .implicit ? 995 : 110
        case .smtp: security == .implicit ? 465 : 587
        }
    }

    var text: String { "\(kind.rawValue) \(host):\(port)" }

    /// Whether it is the domain itself or below it.
    func isWithin(_ domain: String) -> Bool { host == domain || host.hasSuffix("." + domain) }
}

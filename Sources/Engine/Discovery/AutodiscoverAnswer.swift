import Base

/// What Exchange's Autodiscover answers: its older form in XML (POX), and the one in JSON.
struct AutodiscoverAnswer {
    private static let mostProtocols = 30

    /// The servers of the account, as far as others than Outlook can use them.
    var places: [MailPlace] = []
    var user: String?
    /// Exchange itself: where it is.
    var exchange: String?
    /// Ask there instead.
    var redirectURL: String?
    var redirectAddress: String?
    /// Its own words for that it does not know the address.
    var error: String?

    /// - Throws: `MR_E_INVALID` for what is no such answer.
    init(xml bytes: [UInt8]) throws(Failure) {
        let root = try XML.parse(bytes)
        guard root.name == "autodiscover", let response = root.first("response") else {
            throw .invalid("xml", "has no <Response>")
        }
        guard let account = response.first("account") else {
            let error = response.first("error")
            self.error =
                (error?.text("message") ?? error?.text("errorcode")).flatMap(AutoconfigAnswer.line) ?? "no account"
            return
        }
        redirectURL = account.text("redirecturl").flatMap(AutoconfigAnswer.line)
        redirectAddress = account.text("redirectaddr").flatMap(AutoconfigAnswer.line)
        for server in account.all("protocol").prefix(AutodiscoverAnswer.mostProtocols) { take(server) }
    }

    private mutating func take(_ server: XMLElement) {
        let kind: MailPlace.Kind
        switch server.text("type")?.uppercased() {
        case "IMAP": kind = .imap
        case "POP3": kind = .pop3
        case "SMTP": kind = .smtp
        case "EXCH", "EXPR", "EXHTTP":
            exchange = exchange ?? AutodiscoverAnswer.host(server)
            return
        default: return
        }
        guard let host = server.text("server") else { return }
        let wantsTLS = server.text("ssl")?.lowercased() != "off"
        let given = server.text("port").flatMap { UInt16($0) }
        let security: MailPlace.Security
        switch server.text("encryption")?.uppercased() {
        case "SSL": security = .implicit
        case "TLS": security = .starttls
        case "NONE": security = .none
        // By the port: many say that they have TLS at 587, and mean STARTTLS.
        default: security = !wantsTLS ? .none : [25, 110, 143, 587].contains(given ?? 0) ? .starttls : .implicit
        }
        guard let place = MailPlace(kind, host, given ?? MailPlace.port(kind, security), security) else { return }
        places.append(place)
        if kind != .smtp { user = user ?? server.text("loginname").flatMap(AutoconfigAnswer.line) }
    }

    /// Of a protocol of Exchange: the server of its web services rather than a mailbox's number.
    private static func host(_ server: XMLElement) -> String? {
        for name in ["ewsurl", "asurl", "server"] {
            guard let text = server.text(name), let host = AutodiscoverAnswer.host(of: text) else { continue }
            return host
        }
        return nil
    }

    /// - Throws: `MR_E_INVALID` for what is no such answer.
    init(json bytes: [UInt8]) throws(Failure) {
        guard bytes.count <= 65_536 else { throw .invalid("json", "is too long") }
        let record = try JSON.parse(bytes)
        if let url = record.text("Url"), let host = AutodiscoverAnswer.host(of: url) {
            exchange = host
        } else {
            let words = record.text("ErrorMessage") ?? record.text("ErrorCode")
            error = words.flatMap { AutoconfigAnswer.line(String($0.prefix(200))) } ?? "no address of a server"
        }
    }

    /// The host of an https address, or the text itself where it is a name.
    static func host(of text: String) -> String? {
        var rest = text[...]
        if rest.lowercased().hasPrefix("https://") {
            rest = rest.dropFirst(8)
        } else if rest.has("://") {
            return nil
        }
        let host = rest.prefix { $0 != "/" && $0 != ":" && $0 != "?" && $0 != "#" }
        guard !host.utf8.contains(UInt8(ascii: "@")), host.utf8.contains(UInt8(ascii: ".")) else { return nil }
        return MailPlace(.imap, String(host), 443, .implicit)?.host
    }

    /// Whether Microsoft itself has the mailbox, in the cloud that the table knows: the national ones have other servers.
    var isMicrosoft365: Bool {
        guard let exchange else { return false }
        return ["office365.com", "outlook.com", "office.com"].contains { name in
            exchange == name || exchange.hasSuffix("." + name)
        }
    }

    /// The question in XML. It names the mailbox, and carries nothing secret.
    static func question(_ address: String) -> [UInt8] {
        var name = ""
        for character in address {
            switch character {
            case "&": name += "&amp;"
            case "<": name += "&lt;"
            case ">": name += "&gt;"
            default: name.append(character)
            }
        }
        let schema = "http://schemas.microsoft.com/exchange/autodiscover/outlook/"
        return Array(
            """
            <?xml version="1.0" encoding="utf-8"?>
            <Autodiscover xmlns="\(schema)requestschema/2006"><Request><EMailAddress>\(name)</EMailAddress>\
            <AcceptableResponseSchema>\(schema)responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>
            """.utf8)
    }
}

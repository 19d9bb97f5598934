import ArgumentParser

enum Security: String, ExpressibleByArgument, CaseIterable {
    case implicit, starttls, none
}

/// Where the servers are and how to log in. The settings' names are those of the mail provider's form.
struct ServerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The IMAP server: a name or address, no URL; a port from 1 to 65535, else 993.", valueName: "host[:port]"))
    var imap: HostPort?
    @Option(help: ArgumentHelp("The SMTP server, in the same form; the port is else 587.", valueName: "host[:port]"))
    var smtp: HostPort?
    @Option(
        help: ArgumentHelp(
            "The POP3 server, in the same form, where there is no IMAP; the port is else 995.",
            valueName: "host[:port]"))
    var pop3: HostPort?
    @Option(
        help:
            "implicit, starttls or none, for both servers. Else the port decides: 993, 995 and 465 implicit, 143, 110 and 587 STARTTLS."
    )
    var tls: Security?
    @Option(help: "The same for IMAP alone.") var imapTls: Security?
    @Option(help: "The same for SMTP alone.") var smtpTls: Security?
    @Option(help: "The same for POP3 alone.") var pop3Tls: Security?
    @Option(help: ArgumentHelp("PEM certificates to trust beside the system's.", valueName: "file")) var ca: String?
    @Option(help: "The name to log in with. Else the address.") var user: String?
    @Option(help: "Another name for sending.") var smtpUser: String?
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Any setting of the provider that is no secret (mailroom providers lists them), or direction=read_only: nothing is changed on the server. Repeatable.",
            valueName: "name=value"))
    var settings: [String] = []
    @Option(help: ArgumentHelp("The name that goes into From.", valueName: "name")) var name: String?
    @Option(help: "The CRM's own key of the user.") var userKey: String?
    @Option(help: ArgumentHelp("The company it is of, by its key or id; see mailroom company.", valueName: "key"))
    var company: String?

    /// True where a server was named, by its own option or as a setting.
    var isSomewhere: Bool {
        imap != nil || smtp != nil || pop3 != nil
            || settings.contains { setting in
                ["imap_host=", "smtp_host=", "pop3_host="].contains(where: setting.hasPrefix)
            }
    }

    func validate() throws {
        guard imap == nil || pop3 == nil else { throw ValidationError("--imap and --pop3 exclude each other") }
    }

    /// The same without what only an account has: for an authorization.
    func fillSettings(_ request: Fields, _ form: ProviderForm) throws {
        var own = self
        own.name = nil
        own.userKey = nil
        own.settings.removeAll(where: Self.isOfAccount)
        try own.fill(request, form)
    }

    /// Whether what `--set` gives is no setting of a provider, which alone an authorization knows.
    static func isOfAccount(_ setting: String) -> Bool { setting.hasPrefix("direction=") }

    /// Writes what was given into the account record.
    /// - Parameter form: the provider's form; what it calls a secret is refused as an argument.
    func fill(_ account: Fields, _ form: ProviderForm) throws {
        try account.text("imap_host", imap?.host)
        if let imap { try account.text("imap_port", String(imap.port ?? 993)) }
        try account.text("imap_tls", security(imapTls, imap, 993)?.rawValue)
        try account.text("pop3_host", pop3?.host)
        if let pop3 { try account.text("pop3_port", String(pop3.port ?? 995)) }
        try account.text("pop3_tls", security(pop3Tls, pop3, 995)?.rawValue)
        try account.text("smtp_host", smtp?.host)
        if let smtp { try account.text("smtp_port", String(smtp.port ?? 587)) }
        try account.text("smtp_tls", security(smtpTls, smtp, 587)?.rawValue)
        try account.text("ca_file", try ca.map { try InputFile.absolute("--ca", $0) })
        try account.text("user", user)
        try account.text("smtp_user", smtpUser)
        try account.text("display_name", name)
        try account.text("user_key", userKey)
        try Self.fill(account, settings, form)
    }

    /// What `--set` gives.
    static func fill(_ account: Fields, _ settings: [String], _ form: ProviderForm) throws {
        for setting in settings {
            guard let equals = setting.firstIndex(of: "="), equals > setting.startIndex else {
                throw ToolError(.usage, "--set \(setting.oneLine): expected NAME=VALUE")
            }
            let name = String(setting[..<equals])
            guard !form.isSecret(name) else {
                throw ToolError(
                    .usage, "--set \(name.oneLine): a secret is never an argument",
                    advice: "Use --password-stdin, --password-file, or --secret-file NAME=FILE.")
            }
            try account.text(name, String(setting[setting.index(after: equals)...]))
        }
    }

    /// The server's own option first, then the one for both, then what the port means.
    private func security(_ own: Security?, _ server: HostPort?, _ usual: UInt16) -> Security? {
        if let given = own ?? (server == nil ? nil : tls) { return given }
        guard let server else { return nil }
        switch server.port ?? usual {
        case 993, 995, 465: return .implicit
        case 143, 110, 587: return .starttls
        default: return nil
        }
    }
}

/// `HOST`, `HOST:PORT`, `[IPv6]` or `[IPv6]:PORT`.
struct HostPort: ExpressibleByArgument {
    let host: String
    let port: UInt16?

    init?(argument: String) {
        var host = Substring(argument)
        var port: Substring?
        if host.first == "[" {
            guard let end = host.firstIndex(of: "]") else { return nil }
            let rest = host[host.index(after: end)...]
            guard rest.isEmpty || rest.first == ":" else { return nil }
            port = rest.isEmpty ? nil : rest.dropFirst()
            host = host[host.index(after: host.startIndex)..<end]
        } else if let colon = host.firstIndex(of: ":"), colon == host.lastIndex(of: ":") {
            port = host[host.index(after: colon)...]
            host = host[..<colon]
        }
        guard !host.isEmpty, host.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0 != "/" }) else { return nil }
        if let port {
            guard let number = UInt16(port), number > 0 else { return nil }
            self.port = number
        } else {
            self.port = nil
        }
        self.host = String(host)
    }
}

import ArgumentParser

/// How discovery asks; also of connect, where it has to discover.
struct DiscoveryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The name server that discovery asks; else the system's.", valueName: "address[:port]"))
    var resolver: String?
    @Option(
        help: ArgumentHelp(
            "Connections to a server go elsewhere; its certificate is still checked against its name. Repeatable.",
            valueName: "host:port:address:port"))
    var connectTo: [String] = []
    @Flag(help: "Ask Microsoft, too, whether it has the domain's mailboxes. It learns the address from that.")
    var askMicrosoft = false

    /// - Parameter ca: the file of certificates to be trusted while asking.
    func fill(_ options: Fields, ca: String?) throws {
        try options.text("resolver", resolver)
        try options.texts("connect_to", connectTo)
        if askMicrosoft {
            try options.text("autodiscover", "https://outlook.office365.com/autodiscover/autodiscover.json")
        }
        try options.text("ca_file", try ca.map { try InputFile.absolute("--ca", $0) })
    }
}

struct Discover: ToolCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find the servers of a mail address, and show what of it is proved.",
        discussion: """
            Asked are the table of large providers, the domain's own settings (autoconfig), SRV and MX records, Exchange Autodiscover, \
            and the usual names last. Each server is connected to, without logging in: believed is what has a certificate for its name. \
            No store is needed. The exit status is 1 where nothing was proved.
            """)

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @OptionGroup(title: "Discovery") var discovery: DiscoveryOptions
    @Argument(help: "The mail address.") var address: String
    @Option(help: ArgumentHelp("PEM certificates to trust beside the system's.", valueName: "file")) var ca: String?

    func run(_ output: Output, _ options: CommonOptions) throws {
        let result = try find(output, options)
        if output.json {
            output.row(result)
        } else {
            let found = Discovered(result)
            found.show(output, whole: true)
            for step in found.steps { output.line("  -> \(step)") }
        }
        if result.int("ok") != 1 { throw Ended(exit: .failed) }
    }

    /// Nothing of it is stored: without a store, an empty one in a temporary directory serves.
    private func find(_ output: Output, _ options: CommonOptions) throws -> Row {
        let fill: (Fields) throws -> Void = { try discovery.fill($0, ca: ca) }
        guard options.store == nil else {
            return try Discovered.find(try options.open(create: false, fill), address, output)
        }
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let room = try options.open(create: true, at: directory.path + "/store.db", fill)
        return try withExtendedLifetime(room) { try Discovered.find(room, address, output) }
    }
}

/// What a discovery found, for people.
struct Discovered {
    let result: Row

    init(_ result: Row) { self.result = result }

    static func find(_ room: Room, _ address: String, _ output: Output) throws -> Row {
        try Waiting.job(
            try room.discover(address), output, title: "Finding the servers of \(address)", timeout: nil,
            interrupted: "Nothing was kept.")
    }

    /// The servers of an address, proved, for whoever named none.
    /// - Parameter isNeeded: false where it goes on without them, with a token instead of a password.
    /// - Throws: an exit with 1 where nothing could be proved, or where a password would not be taken.
    static func servers(_ room: Room, _ address: String, _ output: Output, isNeeded: Bool) throws -> Row? {
        let result = try find(room, address, output)
        let connect = result.row("connect")
        if !output.json, connect != nil { Discovered(result).show(output, whole: false) }
        guard isNeeded else { return connect }
        guard let connect else {
            throw ToolError(
                .failed, result.said("reason") ?? "no server was found",
                advice: """
                    mailroom discover \(address.oneLine) shows where it was looked.
                    --imap HOST to receive (--pop3 HOST where there is no IMAP) and --smtp HOST to send name the servers.
                    """)
        }
        guard result.texts("auth") != ["oauth2"] else {
            throw ToolError(
                .failed, "\(result.said("name")?.oneLine ?? "the provider") takes no password from other programs",
                advice: "--auth oauth2 --client-id ID signs in with a browser; ID is your own application's.")
        }
        return connect
    }

    /// What was found goes into the account's record, but for what was given on the command line.
    static func fill(_ account: Fields, _ found: Row, _ given: ServerOptions) throws {
        try account.text("provider", found.said("provider"))
        for kind in ["imap", "pop3", "smtp"] {
            for part in ["host", "port", "tls"] { try account.text("\(kind)_\(part)", found.said("\(kind)_\(part)")) }
        }
        if given.user == nil { try account.text("user", found.said("user")) }
        if given.user == nil, given.smtpUser == nil { try account.text("smtp_user", found.said("smtp_user")) }
    }

    /// - Parameter whole: also what was not used, and where nothing was.
    func show(_ output: Output, whole: Bool) {
        let isOK = result.int("ok") == 1
        if whole {
            for finding in result.rows("findings") { show(finding, output) }
            for look in result.rows("looks") where look.int("found") == 0 {
                output.line(output.paint("- \(look.text("source")): \(look.text("reason").oneLine)", .dim))
            }
        }
        let mark = isOK ? output.paint("\u{2713}", .green) : output.paint("\u{2717}", .red)
        let name = result.said("name").map { ", \($0.oneLine)" } ?? ""
        output.line(
            "\(mark) \(result.text("address").oneLine)\(name): \(isOK ? servers : result.text("reason").oneLine)")
        let ways = result.texts("auth").map {
            $0 == "oauth2" ? "OAuth 2.0" : $0 == "app_password" ? "an app password" : "a password"
        }
        if !ways.isEmpty, isOK { output.line("  logs in with \(ways.joined(separator: " or "))") }
        for line in result.text("note").cleanLines { output.line("  ! \(line)") }
    }

    /// The commands that go on from here.
    var steps: [String] {
        let address = result.text("address").oneLine
        let ways = result.texts("auth")
        guard result.int("ok") == 1 || ways.contains("oauth2") else {
            return [
                "mailroom connect \(address) --imap HOST --smtp HOST names the servers (--pop3 HOST where there is no IMAP)."
            ]
        }
        var steps: [String] = []
        if ways.contains("oauth2") {
            let issuer = result.said("oauth").map { " --oauth \($0.oneLine)" } ?? ""
            steps.append(
                "The owner signs in (ID is your own application's): mailroom connect \(address) --auth oauth2\(issuer) --client-id ID"
            )
            if let api = result.said("api") {
                steps.append(
                    "By the provider's own interface in place of IMAP: the same with --provider \(api.oneLine)")
            }
        }
        if ways.isEmpty || ways.contains("password") || ways.contains("app_password") {
            let kind = ways.contains("app_password") && !ways.contains("password") ? "an app password" : "a password"
            steps.append("With \(kind): mailroom connect \(address)")
        }
        return steps
    }

    /// The line of servers that would be connected.
    var servers: String {
        guard let connect = result.row("connect") else { return "" }
        return ["imap", "pop3", "smtp"].compactMap { kind in
            connect.said("\(kind)_host").map { "\(kind) \($0.oneLine):\(connect.text("\(kind)_port"))" }
        }.joined(separator: ", ")
    }

    private func show(_ finding: Row, _ output: Output) {
        let isProved = finding.int("proved") == 1
        let mark = isProved ? output.paint("\u{2713}", .green) : output.paint("?", .yellow)
        let name = finding.said("name").map { " (\($0.oneLine))" } ?? ""
        output.line("\(mark) \(finding.text("source")): \(finding.text("origin").oneLine)\(name)")
        for server in finding.rows("servers") {
            let isGood = server.int("proved") == 1
            let mark = isGood ? output.paint("\u{2713}", .green) : output.paint("\u{2717}", .red)
            let place =
                "\(server.text("protocol")) \(server.text("host").oneLine):\(server.int("port") ?? 0) \(server.text("tls"))"
            let why = isGood ? server.said("security") : server.said("reason")
            output.line("    \(mark) \(place)  \(output.paint(why?.oneLine ?? "", .dim))")
        }
    }
}

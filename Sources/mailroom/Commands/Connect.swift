import ArgumentParser
import CMailroom

struct Connect: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Connect a mailbox: check it at its server and keep it.",
        discussion: """
            Where no server is named, they are found by the address, and used where they prove themselves (mailroom discover shows how). \
            The password is asked for on the terminal, or comes from a file or standard input. With --auth oauth2 the owner signs in \
            with a browser on this machine, or with --device on another one: --client-id is your own application's, and the \
            servers of Google, Microsoft, Yahoo and AOL need not be named.
            """)
    static let createsStore = true

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @OptionGroup(title: "Servers") var server: ServerOptions
    @OptionGroup(title: "Secrets") var secrets: SecretOptions
    @OptionGroup(title: "OAuth 2.0") var oauth: OAuthOptions
    @OptionGroup(title: "Discovery") var discovery: DiscoveryOptions
    @Argument(help: "The mail address.") var address: String
    @Option(help: "The provider's scheme: mailroom providers lists them. Else pop3 with --pop3, and imap.")
    var provider: String?
    @Option(help: ArgumentHelp("How long to wait, in seconds; else for ever.", valueName: "s")) var timeout: Double?

    func fill(_ options: Fields) throws { try discovery.fill(options, ca: server.ca) }

    func run(_ room: Room, _ output: Output) throws {
        let end = try Waiting.deadline(timeout)
        let account = try Fields()
        try account.text("address", address)
        let scheme = provider ?? (server.pop3 == nil ? "imap" : "pop3")
        try account.text("provider", scheme)
        let form = try ProviderForm(room, scheme)
        try server.fill(account, form)
        try account.int("company", try server.company.map { try Companies.id(room, $0) })
        // Who takes no password is signed in to.
        let kind = oauth.kind ?? (form.takesTokensAlone ? .oauth2 : nil)
        let hasToken = kind.map { $0 != .password } ?? false
        if hasToken { try secrets.refusePassword("--auth \(kind?.rawValue ?? "oauth2")") }
        let isLost = (form.has("imap_host") || form.has("pop3_host")) && !server.isSomewhere
        guard !isLost || provider == nil || hasToken else {
            throw ToolError(
                .usage, "no server was named",
                advice: "--imap HOST to receive (--pop3 HOST where there is no IMAP), --smtp HOST to send, or both.")
        }
        // With a token the library itself knows where the large providers are.
        let found = isLost && provider == nil ? try Discovered.servers(room, address, output, isNeeded: !hasToken) : nil
        if let found { try Discovered.fill(account, found, server) }
        try secrets.fill(
            account, ask: form.has("password") && !hasToken ? "Password for \(address.oneLine): " : nil,
            isNeeded: !hasToken && (server.imap != nil || server.pop3 != nil || isLost))
        try account.text("auth", kind?.rawValue)
        if kind == .oauth2 {
            let request = try Fields()
            if let found { try Discovered.fill(request, found, server) }
            try signIn(room, output, request, scheme, form, account, end)
        } else {
            try oauth.fill(account)
        }
        let job = try begin(room, account)
        let again = again(kind)
        if kind == .external {
            output.note("An access token is wanted: \(again) A program does so by mr_token_put.")
        }
        do {
            let result = try Waiting.job(
                job, output, title: "Connecting \(address)", timeout: Waiting.left(end),
                interrupted: """
                    The account is kept: \(again)
                    mailroom disconnect \(address) --erase takes it away.
                    """, later: kind == .external || oauth.device ? "The account is kept: \(again)" : nil)
            try Connected.show(room, output, result, "connected")
        } catch let failure as LibraryError {
            throw helped(failure, room, kind)
        }
    }

    /// The command that goes on with an account that is kept.
    private func again(_ kind: Login?) -> String {
        switch kind {
        case .oauth2: "mailroom authorize \(address)\(oauth.device ? " --device" : "") begins the sign-in anew."
        case .external: LoginStep.of(auth: "external", cause: "", name: address.oneLine).joined(separator: " ")
        default: "mailroom reconnect \(address) tries again."
        }
    }

    private func helped(_ failure: LibraryError, _ room: Room, _ kind: Login?) -> LibraryError {
        let failure = failure.advised(OptionNames.atFirst)
        let kept = failure.field("account").flatMap { Int64($0) }.flatMap { try? room.get("account", $0) }
        let isLogin = failure.result == mr_result(MR_E_AUTH) && kind != nil && kind != .password
        return failure.advising(
            isLogin
                ? "The account is kept; mailroom disconnect \(address) --erase takes it away."
                : "The account is kept: mailroom reconnect \(address), with what changes, tries again."
        ).namingLogin(room, kept ?? ownRow(kind))
    }

    /// What is known of the account where its row is not.
    private func ownRow(_ kind: Login?) -> Row {
        var row = Row()
        row["address"] = .text(address)
        row["auth"] = kind.map { .text($0.rawValue) }
        return row
    }

    /// - Parameter request: with the servers that were found, where none was named.
    private func signIn(
        _ room: Room, _ output: Output, _ request: Fields, _ scheme: String, _ form: ProviderForm, _ account: Fields,
        _ end: Int64?
    ) throws {
        try request.text("address", address)
        try request.text("provider", scheme)
        try server.fillSettings(request, form)
        let signIn = SignIn(
            room: room, output: output, options: oauth, end: end,
            anew: "mailroom connect \(address.oneLine), with the same options")
        do { try signIn.run(request, into: account) } catch let failure as LibraryError { throw known(failure) }
    }

    /// A provider that is not there is told by the list of those that are.
    private func known(_ failure: LibraryError) -> Error {
        guard Int(failure.result) == MR_E_INVALID, failure.field("field") == "provider" else { return failure.spelled }
        return ToolError(.notFound, failure.message, advice: "mailroom providers lists them.")
    }

    private func begin(_ room: Room, _ account: Fields) throws -> Job {
        do { return try room.connect(account) } catch let failure as LibraryError {
            switch Int(failure.result) {
            case MR_E_EXISTS:
                let there = failure.field("account").flatMap { Int64($0) }.flatMap { try? room.get("account", $0) }
                let name = there.map { Accounts.name(room, $0) } ?? address.oneLine
                throw failure.advising("mailroom reconnect \(name) changes its settings or its password.")
            case MR_E_INVALID where failure.field("field") == "iss":
                throw failure.advised { _ in "mailroom connect \(address.oneLine), with the same options, begins anew."
                }
            case MR_E_INVALID: throw known(failure)
            default: throw failure
            }
        }
    }
}

/// What connect and reconnect print.
enum Connected {
    static func show(_ room: Room, _ output: Output, _ result: Row, _ word: String) throws {
        if output.json { return output.row(result) }
        let id = result.int("account") ?? 0
        let account = try room.status(id)
        if result.int("pending") == 1 {
            output.line(
                "\(output.paint("\u{2026}", .yellow)) \(account.text("address").oneLine) is pending: account \(id)")
            if let notice = result.said("notice") ?? account.said("reason") { output.line("  \(notice.oneLine)") }
            for line in account.text("advice").cleanLines { output.line("  -> \(line)") }
            return
        }
        output.line(
            "\(output.paint("\u{2713}", .green)) \(account.text("address").oneLine) \(word): account \(id), "
                + Moment.count(result.int("folders") ?? account.int("folders") ?? 0, "folder"))
    }
}

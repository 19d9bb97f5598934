import ArgumentParser
import CMailroom

struct Reconnect: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Connect an account again, with a new password or other settings where given.",
        discussion: """
            With --auth oauth2, --client-id, --oauth or --device the owner signs in, as for connect; an account that logs in so already \
            is signed in to anew by authorize.
            """)

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @OptionGroup(title: "Servers") var server: ServerOptions
    @OptionGroup(title: "Secrets") var secrets: SecretOptions
    @OptionGroup(title: "OAuth 2.0") var oauth: OAuthOptions
    @Argument(help: "The account's address or id.") var address: String
    @Flag(help: "Ask for a new password on the terminal.") var askPassword = false
    @Option(help: ArgumentHelp("How long to wait, in seconds; else for ever.", valueName: "s")) var timeout: Double?

    func run(_ room: Room, _ output: Output) throws {
        let end = try Waiting.deadline(timeout)
        let account = try Accounts.find(room, address)
        let id = account.int("id") ?? 0
        let form = try ProviderForm(room, account.text("provider"))
        let changes = try Fields()
        try server.fill(changes, form)
        try changes.int("company", try server.company.map { $0 == "none" ? 0 : try Companies.id(room, $0) })
        let auth = kind(account)
        if auth != "password", auth != "" {
            try secrets.refusePassword("--auth \(auth)")
            guard !askPassword else {
                throw ToolError(
                    .usage, "\(address.oneLine) logs in without a password (\(auth))",
                    advice: (LoginStep.of(room, account, cause: "")
                        + ["mailroom reconnect \(address.oneLine) --auth password --ask-password gives it one."])
                        .joined(separator: "\n"))
            }
        }
        try secrets.fill(
            changes, ask: askPassword ? "New password for \(address.oneLine): " : nil, isNeeded: askPassword)
        try changes.text("auth", oauth.auth?.rawValue)
        let signsIn = signsIn(account)
        if signsIn {
            let request = try Fields()
            try request.int("account", id)
            try server.fillSettings(request, form)
            try changes.text("auth", "oauth2")
            let signIn = SignIn(
                room: room, output: output, options: oauth, end: end,
                anew: "mailroom reconnect \(Accounts.name(room, account)) --auth oauth2")
            try signIn.run(request, into: changes)
        } else {
            try oauth.fill(changes)
        }
        let job = try begin(room, account, changes)
        var result = try wait(room, job, output, account, end, signsIn: signsIn)
        if result["account"] == nil { result["account"] = .int(id) }
        try Connected.show(room, output, result, "reconnected")
    }

    /// How the account will log in.
    private func kind(_ account: Row) -> String {
        if let auth = oauth.auth { return auth.rawValue }
        return oauth.device ? "oauth2" : account.text("auth")
    }

    /// Whether its owner is to sign in: where that was said, and where the login becomes one of that kind.
    private func signsIn(_ account: Row) -> Bool {
        guard oauth.kind == .oauth2 else { return false }
        if account.text("auth") == "service", oauth.auth == nil, !oauth.device { return false }
        return true
    }

    private func begin(_ room: Room, _ account: Row, _ changes: Fields) throws -> Job {
        do { return try room.reconnect(account.int("id") ?? 0, changes) } catch let failure as LibraryError {
            throw helped(failure.spelled, room, account)
        }
    }

    private func wait(
        _ room: Room, _ job: Job, _ output: Output, _ account: Row, _ end: Int64?, signsIn: Bool
    ) throws -> Row {
        let name = Accounts.name(room, account)
        let again =
            signsIn
            ? "mailroom authorize \(name)\(oauth.device ? " --device" : "") begins the sign-in anew."
            : "mailroom reconnect \(name) tries again."
        do {
            return try Waiting.job(
                job, output, title: "Connecting \(address)", timeout: Waiting.left(end),
                interrupted: "What was changed is kept: \(again)",
                later: oauth.device ? "What was changed is kept: \(again)" : nil)
        } catch let failure as LibraryError {
            throw helped(failure, room, try room.get("account", account.int("id") ?? 0))
        }
    }

    /// With the command that mends the login, where that is what failed.
    private func helped(_ failure: LibraryError, _ room: Room, _ account: Row) -> LibraryError {
        guard account.text("state") == "disconnected", failure.field("cause") == "auth.missing" else {
            return failure.namingLogin(room, account)
        }
        let step = LoginStep.of(room, account, cause: "auth.missing").joined(separator: " ")
        return failure.advising("A disconnected account has lost its password: \(step)")
    }
}

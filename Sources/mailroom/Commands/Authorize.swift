import ArgumentParser

struct Authorize: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sign in at the provider anew for an account that logs in by OAuth 2.0, or take its access away.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @OptionGroup(title: "OAuth 2.0") var oauth: OAuthOptions
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Any setting of the provider that is no secret, as for connect: sign_in=NAME where another name signs in. Repeatable.",
            valueName: "name=value"))
    var settings: [String] = []
    @Argument(help: "The account's address or id.") var address: String
    @Flag(help: "Take the access away at the provider, and forget the tokens.") var revoke = false
    @Option(help: ArgumentHelp("How long to wait, in seconds; else for ever.", valueName: "s")) var timeout: Double?

    func validate() throws {
        guard oauth.auth == nil || oauth.auth == .oauth2 else {
            throw ValidationError("authorize lets the owner sign in; another --auth goes with reconnect")
        }
    }

    func run(_ room: Room, _ output: Output) throws {
        let end = try Waiting.deadline(timeout)
        let account = try Accounts.find(room, address)
        let id = account.int("id") ?? 0
        let request = try Fields()
        try request.int("account", id)
        try Self.check(room, account, revokes: revoke)
        guard !revoke else {
            guard settings.isEmpty else { throw ToolError(.usage, "--revoke and --set exclude each other") }
            try request.int("revoke", 1)
            let result = try room.authorize(request)
            if output.json { return output.row(result) }
            let told = result.int("revoked") == 1 ? "its provider was told" : "its provider has no way to be told"
            output.line("\(account.text("address").oneLine): the tokens are forgotten, and \(told)")
            return output.line("  -> mailroom authorize \(Accounts.name(room, account)) signs in anew")
        }
        let anew = "mailroom authorize \(Accounts.name(room, account))"
        let changes = try Fields()
        try changes.text("auth", "oauth2")
        let form = try ProviderForm(room, account.text("provider"))
        try ServerOptions.fill(changes, settings, form)
        try ServerOptions.fill(request, settings.filter { !ServerOptions.isOfAccount($0) }, form)
        try SignIn(room: room, output: output, options: oauth, end: end, anew: anew).run(request, into: changes)
        do {
            let job = try room.reconnect(id, changes)
            var result = try Waiting.job(
                job, output, title: "Connecting \(address)", timeout: Waiting.left(end),
                interrupted: "\(anew) begins anew.", later: oauth.device ? "\(anew) --device begins anew." : nil)
            if result["account"] == nil { result["account"] = .int(id) }
            try Connected.show(room, output, result, "authorized")
        } catch let failure as LibraryError {
            if failure.field("field") == "iss" { throw failure.advised { _ in anew } }
            throw failure.spelled.namingLogin(room, try room.get("account", id))
        }
    }

    /// Only where the owner signs in is there anything to sign in to.
    private static func check(_ room: Room, _ account: Row, revokes: Bool) throws {
        let name = Accounts.name(room, account)
        let address = account.text("address").oneLine
        let (words, advice): (String, String)
        switch account.text("auth") {
        case "oauth2": return
        case "service":
            guard !revokes else { return }
            (words, advice) = (
                "\(address) is opened by the application itself: nobody signs in for it",
                "mailroom reconnect \(name) tries it at once."
            )
        case "external":
            guard !revokes else { return }
            (words, advice) = (
                "the tokens of \(address) are handed in: nobody signs in for it",
                LoginStep.of(room, account, cause: "").joined(separator: "\n")
            )
        default:
            (words, advice) = (
                "\(address) logs in by a password",
                "mailroom reconnect \(name) --auth oauth2 --client-id ID lets its owner sign in instead."
            )
        }
        throw ToolError(.usage, words, advice: advice)
    }
}

import ArgumentParser

struct Authorize: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sign in at the provider anew for an account that logs in by OAuth 2.0, or take its access away.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @OptionGroup(title: "OAuth 2.0") var oauth: OAuthOptions
    @Argument(help: "The account's address or id.") var address: String
    @Flag(help: "Take the access away at the provider, and forget the tokens.") var revoke = false
    @Option(help: ArgumentHelp("How long to wait, in seconds; else for ever.", valueName: "s")) var timeout: Double?

    func run(_ room: Room, _ output: Output) throws {
        try Waiting.deadline(timeout)
        let account = try Accounts.find(room, address)
        let id = account.int("id") ?? 0
        let request = try Fields()
        try request.int("account", id)
        guard !revoke else {
            try request.int("revoke", 1)
            let result = try room.authorize(request)
            if output.json { return output.row(result) }
            let told = result.int("revoked") == 1 ? "its provider was told" : "its provider has no way to be told"
            return output.line("\(account.text("address").oneLine): the tokens are forgotten, and \(told)")
        }
        let changes = try Fields()
        try changes.text("auth", "oauth2")
        try SignIn(room: room, output: output, options: oauth, timeout: timeout).run(request, into: changes)
        let job = try room.reconnect(id, changes)
        var result = try Waiting.job(
            job, output, title: "Connecting \(address)", timeout: timeout,
            interrupted: "mailroom authorize \(address) begins anew.")
        if result["account"] == nil { result["account"] = .int(id) }
        try Connected.show(room, output, result, "authorized")
    }
}

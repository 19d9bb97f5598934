import ArgumentParser
import CMailroom

struct Token: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Hand in an access token for an account that was connected with --auth external.",
        discussion: """
            What waits for it goes on at once. A program hands it in by mr_token_put, and is told by the change feed when one is \
            wanted (token_wanted).
            """)

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The account's address or id.") var address: String
    @Flag(help: "Read the token from standard input: its first line.") var tokenStdin = false
    @Option(help: ArgumentHelp("Read the token from this file: its first line.", valueName: "file"))
    var tokenFile: String?
    @Option(help: ArgumentHelp("In how many seconds it runs out; absent: not known.", valueName: "s"))
    var expiresIn: Int64?

    func validate() throws {
        guard tokenStdin != (tokenFile != nil) else { throw ValidationError("give --token-stdin or --token-file FILE") }
        guard (expiresIn ?? 1) > 0, (expiresIn ?? 1) <= 31_536_000 else {
            throw ValidationError("--expires-in: seconds from 1 to a year")
        }
    }

    func run(_ room: Room, _ output: Output) throws {
        let account = try Accounts.find(room, address)
        guard account.text("auth") == "external" else {
            throw ToolError(
                .usage, "\(account.text("address").oneLine) fetches its own tokens, or logs in by a password",
                advice: LoginStep.of(room, account, cause: "").joined(separator: "\n"))
        }
        let token = try Fields()
        try token.text("access_token", try tokenFile.map(Secret.file) ?? Secret.standardInput())
        try token.int("expires_at", expiresIn.map { Moment.now() + $0 * 1000 })
        let id = account.int("id") ?? 0
        try room.putToken(id, token)
        if output.json { return output.row(try room.status(id)) }
        output.line("\(output.paint("\u{2713}", .green)) \(account.text("address").oneLine): the token is handed in")
    }
}

extension Room {
    func putToken(_ account: Int64, _ token: Fields) throws {
        try checked { mr_token_put(pointer, account, token.pointer, &$0) }
    }
}

import ArgumentParser

struct Reconnect: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Connect an account again, with a new password or other settings where given.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @OptionGroup(title: "Servers") var server: ServerOptions
    @OptionGroup(title: "Secrets") var secrets: SecretOptions
    @Argument(help: "The account's address or id.") var address: String
    @Flag(help: "Ask for a new password on the terminal.") var askPassword = false
    @Option(help: ArgumentHelp("How long to wait, in seconds; else for ever.", valueName: "s")) var timeout: Double?

    func run(_ room: Room, _ output: Output) throws {
        try Waiting.deadline(timeout)
        let account = try Accounts.find(room, address)
        let id = account.int("id") ?? 0
        let changes = try Fields()
        try server.fill(changes, try ProviderForm(room, account.text("provider")))
        try changes.int("company", try server.company.map { $0 == "none" ? 0 : try Companies.id(room, $0) })
        try secrets.fill(
            changes, ask: askPassword ? "New password for \(address.oneLine): " : nil, isNeeded: askPassword)
        let job = try begin(room, id, changes)
        var result = try wait(job, output, account)
        if result["account"] == nil { result["account"] = .int(id) }
        try Connected.show(room, output, result, "reconnected")
    }

    private func begin(_ room: Room, _ id: Int64, _ changes: Fields) throws -> Job {
        do { return try room.reconnect(id, changes) } catch let failure as LibraryError { throw failure.spelled }
    }

    private func wait(_ job: Job, _ output: Output, _ account: Row) throws -> Row {
        do {
            return try Waiting.job(
                job, output, title: "Connecting \(address)", timeout: timeout,
                interrupted: "What was changed is kept: mailroom reconnect \(address) tries again.")
        } catch let failure as LibraryError {
            guard failure.field("cause") == "auth.missing" || account.text("state") == "disconnected" else {
                throw failure
            }
            throw failure.advising(
                "A disconnected account has lost its password: mailroom reconnect \(address) --ask-password, or --password-stdin."
            )
        }
    }
}

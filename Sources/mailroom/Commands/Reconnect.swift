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
        let job = try begin(room, account, changes)
        var result = try wait(job, output, account)
        if result["account"] == nil { result["account"] = .int(id) }
        try Connected.show(room, output, result, "reconnected")
    }

    private func begin(_ room: Room, _ account: Row, _ changes: Fields) throws -> Job {
        do { return try room.reconnect(account.int("id") ?? 0, changes) } catch let failure as LibraryError {
            throw helped(failure.spelled, account)
        }
    }

    private func wait(_ job: Job, _ output: Output, _ account: Row) throws -> Row {
        do {
            return try Waiting.job(
                job, output, title: "Connecting \(address)", timeout: timeout,
                interrupted: "What was changed is kept: mailroom reconnect \(address) tries again.")
        } catch let failure as LibraryError { throw helped(failure, account) }
    }

    /// With the command that gives the password, where the login is what failed.
    private func helped(_ failure: LibraryError, _ account: Row) -> LibraryError {
        guard failure.field("cause") == "auth.missing" else { return failure.namingReconnect(address) }
        let lost = account.text("state") == "disconnected" ? "A disconnected account has lost its password: " : ""
        return failure.advising("\(lost)mailroom reconnect \(address) --ask-password, or --password-stdin.")
    }
}

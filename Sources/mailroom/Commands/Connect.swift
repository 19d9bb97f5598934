import ArgumentParser
import CMailroom

struct Connect: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Connect a mailbox: check it at its server and keep it.",
        discussion: "The password is asked for on the terminal, or comes from a file or standard input.")
    static let createsStore = true

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @OptionGroup(title: "Servers") var server: ServerOptions
    @OptionGroup(title: "Secrets") var secrets: SecretOptions
    @Argument(help: "The mail address.") var address: String
    @Option(help: "The provider's scheme: mailroom providers lists them. Else pop3 with --pop3, and imap.")
    var provider: String?
    @Option(help: ArgumentHelp("How long to wait, in seconds; else for ever.", valueName: "s")) var timeout: Double?

    func run(_ room: Room, _ output: Output) throws {
        try Waiting.deadline(timeout)
        let provider = provider ?? (server.pop3 == nil ? "imap" : "pop3")
        let account = try Fields()
        try account.text("address", address)
        try account.text("provider", provider)
        let form = try ProviderForm(room, provider)
        try server.fill(account, form)
        try account.int("company", try server.company.map { try Companies.id(room, $0) })
        guard !(form.has("imap_host") || form.has("pop3_host")) || server.isSomewhere else {
            throw ToolError(
                .usage, "no server was named",
                advice: "--imap HOST to receive (--pop3 HOST where there is no IMAP), --smtp HOST to send, or both.")
        }
        try secrets.fill(
            account, ask: form.has("password") ? "Password for \(address.oneLine): " : nil,
            isNeeded: server.imap != nil || server.pop3 != nil)
        let job = try begin(room, account)
        do {
            let result = try Waiting.job(
                job, output, title: "Connecting \(address)", timeout: timeout,
                interrupted: """
                    The account is kept: mailroom reconnect \(address) tries again.
                    mailroom disconnect \(address) --erase takes it away.
                    """)
            try Connected.show(room, output, result, "connected")
        } catch let failure as LibraryError {
            throw failure.advised(OptionNames.atFirst).advising(
                "The account is kept: mailroom reconnect \(address), with what changes, tries again."
            ).namingReconnect(address)
        }
    }

    private func begin(_ room: Room, _ account: Fields) throws -> Job {
        do { return try room.connect(account) } catch let failure as LibraryError {
            switch Int(failure.result) {
            case MR_E_EXISTS:
                throw failure.advising("mailroom reconnect \(address) changes its settings or its password.")
            case MR_E_INVALID where failure.field("field") != "provider":
                throw failure.spelled
            case MR_E_INVALID where failure.field("field") == "provider":
                throw ToolError(.notFound, failure.message, advice: "mailroom providers lists them.")
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

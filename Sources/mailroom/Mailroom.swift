import ArgumentParser

/// The root of the command line.
struct Mailroom: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mailroom",
        abstract: "Email sync and send: connect mailboxes, see their status, send, and know why something failed.",
        discussion: """
            Every command but discover, providers, causes, smoke and domain check works on one store:
            mailroom --store FILE COMMAND.
            ADDRESS is the account's mail address, or its id.
            With --json the result is one JSON document on standard output; a failure is {"error": {...}} there \
            and a line on standard error.

            EXIT STATUS
            \(Exit.allCases.map { "  \($0.rawValue)  \($0.meaning)" }.joined(separator: "\n"))
            """,
        version: Version.text,
        groupedSubcommands: [
            CommandGroup(
                name: "Mailbox",
                subcommands: [
                    Discover.self, Connect.self, Authorize.self, Token.self, Reconnect.self, Disconnect.self,
                    Status.self, Sync.self, Folders.self, Policy.self, Audit.self, Verify.self, Doctor.self,
                ]),
            CommandGroup(
                name: "People",
                subcommands: [Inbox.self, Threads.self, Search.self, Contact.self, Company.self]),
            CommandGroup(
                name: "Message",
                subcommands: [
                    Messages.self, Show.self, Mark.self, Move.self, Copy.self, Delete.self, Draft.self,
                ]),
            CommandGroup(
                name: "Sending",
                subcommands: [
                    Send.self, Batch.self, Queue.self, Failed.self, Resend.self, Cancel.self, Sends.self, Remove.self,
                    Pacing.self, Domain.self,
                ]),
            CommandGroup(
                name: "Worker and store",
                subcommands: [Run.self, Log.self, Causes.self, Jobs.self, Changes.self, Providers.self, Smoke.self]),
        ])

    @OptionGroup(title: "Options of every command") var common: CommonOptions
}

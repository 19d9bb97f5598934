import ArgumentParser
import CMailroom

struct Resend: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send failed mail again, to those that have not accepted it yet.",
        discussion:
            "A message whose outcome is unknown goes again only with --accept-duplicate, and --all never takes one.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The ids that failed lists.") var ids: [Int64] = []
    @Flag(help: "Everything that failed.") var all = false
    @Option(help: ArgumentHelp("With --all: of this account alone.", valueName: "address")) var account: String?
    @Option(
        help: ArgumentHelp(
            "With one ID: another recipient in place of those not yet accepted. Repeatable.", valueName: "address"))
    var to: [String] = []
    @Flag(help: "Send again although the message may have arrived already.") var acceptDuplicate = false
    @Flag(help: "Wait for the outcomes.") var wait = false
    @Option(help: "How long to wait for each, in seconds; else for ever.") var timeout: Double?

    func validate() throws {
        guard all != !ids.isEmpty else { throw ValidationError("give the ids to resend, or --all") }
        guard account == nil || all else { throw ValidationError("--account needs --all") }
        guard to.isEmpty || ids.count == 1 else { throw ValidationError("--to needs exactly one ID") }
    }

    func run(_ room: Room, _ output: Output) throws {
        try Waiting.deadline(timeout)
        var sends = ids
        if all {
            let account = try account.map { try Accounts.id(room, $0) }
            sends = try room.find("send") { query in
                try query.int("account", account)
                try query.text("state", "failed")
            }.all().compactMap { $0.int("id") }
        }
        for id in sends {
            let options = try Fields()
            try options.texts("to", to)
            if acceptDuplicate { try options.int("accept_duplicate", 1) }
            do { try room.resend(id, options) } catch let failure as LibraryError {
                guard Int(failure.result) == MR_E_UNKNOWN_OUTCOME else { throw failure }
                throw failure.advising("mailroom resend \(id) --accept-duplicate sends it again all the same.")
            }
        }
        if wait { return try Outcomes.wait(room, output, sends, timeout: timeout, single: false) }
        if output.json { return output.list(try sends.map { try room.get("send", $0) }) }
        guard !sends.isEmpty else { return output.line("nothing to resend") }
        output.line("queued again: \(sends.map(String.init).joined(separator: ", "))")
    }
}

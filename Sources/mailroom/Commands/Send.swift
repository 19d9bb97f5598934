import ArgumentParser

struct Send: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Queue a message durably; with --wait, send it now and say what became of it.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @OptionGroup(title: "Message") var message: MessageOptions
    @Argument(help: "The sending account's address or id.") var address: String
    @Flag(help: "Wait for the outcome.") var wait = false
    @Option(help: "How long to wait, in seconds; else for ever.") var timeout: Double?

    func validate() throws {
        guard !message.to.isEmpty || !message.cc.isEmpty || !message.bcc.isEmpty else {
            throw ValidationError("a message needs a recipient: --to, --cc or --bcc")
        }
    }

    func run(_ room: Room, _ output: Output) throws {
        try Waiting.deadline(timeout)
        let account = try Accounts.id(room, address)
        let id = try room.send(account, try message.record(room))
        if wait { return try Outcomes.wait(room, output, [id], timeout: timeout, single: true) }
        let row = try room.get("send", id)
        if output.json { return output.row(row) }
        output.line("\(output.paint("\u{2713}", .green)) queued: send \(id)")
        if let held = row.said("held_reason") {
            output.line("  it is held: \(held.oneLine)")
        } else {
            output.note("  a worker sends it: mailroom --store FILE run")
        }
    }
}

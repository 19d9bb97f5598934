import ArgumentParser

struct Send: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Queue a message durably; with --wait, send it now and say what became of it.",
        discussion: "With --answers the address may be absent: then the account sends that has the message.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @OptionGroup(title: "Message") var message: MessageOptions
    @OptionGroup(title: "Queue") var queue: QueueOptions
    @Argument(help: "The sending account's address or id.") var address: String?
    @Flag(help: "Wait for the outcome.") var wait = false
    @Option(help: ArgumentHelp("How long to wait, in seconds; else for ever.", valueName: "s")) var timeout: Double?

    func validate() throws {
        guard message.answers != nil || !message.to.isEmpty || !message.cc.isEmpty || !message.bcc.isEmpty else {
            throw ValidationError("a message needs a recipient: --to, --cc or --bcc")
        }
        guard message.answers != nil || address != nil else { throw ValidationError("missing the account's ADDRESS") }
    }

    func run(_ room: Room, _ output: Output) throws {
        try Waiting.deadline(timeout)
        let account = try address.map { try Accounts.id(room, $0) } ?? 0
        let record = try message.record(room)
        try queue.fill(record)
        let begun = Moment.now()
        let id = try room.send(account, record)
        if wait { return try Outcomes.wait(room, output, [id], timeout: timeout, single: true) }
        let row = try room.get("send", id)
        if output.json { return output.row(row) }
        let tick = output.paint("\u{2713}", .green)
        if message.idempotencyKey != nil, let made = row.int("created_at"), made < begun {
            output.line("\(tick) send \(id) has this key already, and is not queued twice: it is \(row.text("state"))")
            if row.text("state") != "queued" { return }
        } else {
            output.line("\(tick) queued: send \(id)\(Self.start(row, begun))")
        }
        if let held = row.said("held_reason") {
            output.line("  it is held: \(held.oneLine)")
            guard let account = row.int("account") else { return }
            for step in try LoginStep.ofHeld(room, account) { output.line("  -> \(step)") }
        } else {
            try Worker.tell(room, output)
        }
    }

    private static func start(_ row: Row, _ now: Int64) -> String {
        guard let at = row.int("send_at") else { return "" }
        return at > now ? ", for \(Moment.text(at))" : ", at once: \(Moment.text(at)) is past"
    }
}

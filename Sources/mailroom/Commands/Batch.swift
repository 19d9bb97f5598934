import ArgumentParser
import CMailroom

struct Batch: ToolCommand {
    static let configuration = CommandConfiguration(
        abstract: "Queue one message for each line of a file, all or none; or list the batches.",
        discussion: """
            FILE is a table with a line of names (CSV), or a JSON object a line; - is standard input. The column to (or email, \
            or --column) is the recipient; {{NAME}} in the subject, the text, the HTML and --header values is replaced by the \
            column of that name. Several accounts take turns as their limits allow.
            """)

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @OptionGroup(title: "Message") var message: MessageOptions
    @OptionGroup(title: "Queue") var queue: QueueOptions
    @Argument(help: "The sending accounts' addresses or ids. None: the batches are listed.") var addresses: [String] =
        []
    @Option(help: "Who gets it.") var recipients: String?
    @Option(help: ArgumentHelp("The column that is the address.", valueName: "name")) var column: String?
    @Option(help: ArgumentHelp("What the batch is called, for people.", valueName: "text")) var name: String?
    @Option(help: ArgumentHelp("With no address: this batch alone.", valueName: "id")) var id: Int64?
    @Flag(
        help: "Send it now, and say what became of it: works as run does until nothing of it waits for its first try.")
    var wait = false
    @Option(help: "How long to wait, in seconds; else for ever.") var timeout: Double?

    func validate() throws {
        guard addresses.isEmpty == (recipients == nil) else {
            throw ValidationError("a batch needs an account and --recipients FILE")
        }
        guard message.to.isEmpty else { throw ValidationError("--to: the recipients of a batch come from its file") }
        guard message.answers == nil else { throw ValidationError("--answers is for one message") }
    }

    func run(_ output: Output, _ options: CommonOptions) throws {
        try Waiting.deadline(timeout)
        let works = wait && options.work != .never
        let room = try options.open(create: false, always: works)
        guard let recipients else { return try list(room, output) }
        let batch = try Fields()
        for address in addresses { try batch.ints("accounts", [try Accounts.id(room, address)]) }
        try batch.text("name", name)
        try batch.text("idempotency_key", message.idempotencyKey)
        try queue.fill(batch)
        try batch.put("message", try message.record(room, key: false))
        let count = try Recipients(column: column).add(recipients, to: batch)
        guard count > 0 else { throw ToolError(.usage, "\(recipients): has no recipient") }
        let id = try room.put("batch", batch)
        if works { try room.start() }
        let row = wait ? try waited(room, output, id) : try room.get("batch", id)
        if works { try room.stop() }
        if output.json {
            output.row(row)
        } else {
            output.line("\(output.paint("\u{2713}", .green)) batch \(id): \(Self.words(row))")
            if !wait { output.note("  a worker sends it: mailroom --store FILE run") }
        }
        let lost = ["failed", "outcome_unknown", "bounced"].contains { (row.int($0) ?? 0) > 0 }
        if wait, lost || row.int("sent") != row.int("total") { throw Ended(exit: .notSent) }
    }

    /// The batch once nothing of it waits for its first attempt.
    private func waited(_ room: Room, _ output: Output, _ id: Int64) throws -> Row {
        var progress = Progress(output, "batch \(id)")
        defer { progress.clear() }
        let end = try Waiting.deadline(timeout)
        let events = try room.events()
        while true {
            let row = try room.get("batch", id)
            let open = (row.int("queued") ?? 0) + (row.int("sending") ?? 0)
            if open == 0 { return row }
            if let end, Moment.now() >= end {
                throw ToolError(
                    .timedOut, "batch \(id): \(open) of \(row.int("total") ?? 0) have not been tried in the time given",
                    advice: "A worker goes on with it: mailroom run. mailroom batch --id \(id) shows how far it is.")
            }
            var shown = Row()
            shown["done"] = .int((row.int("total") ?? 0) - open)
            shown["total"] = .int(row.int("total") ?? 0)
            shown["note"] = .text(Self.words(row))
            progress.show(shown)
            _ = try events.wait(timeoutMs: Int32(min(500, max(1, end.map { $0 - Moment.now() } ?? 500))))
        }
    }

    private func list(_ room: Room, _ output: Output) throws {
        let rows = try room.find("batch") { query in
            try query.int("id", id)
            try query.text("order", Order.newestFirst("id"))
        }.all()
        if let id, rows.isEmpty { throw ToolError(.notFound, "there is no batch \(id)") }
        if output.json { return output.list(rows) }
        guard !rows.isEmpty else { return output.line("no batches") }
        var table = Table([
            .init(title: "ID", right: true), .init(title: "MADE"), .init(title: "NAME", gives: true),
            .init(title: "STATE"),
            .init(title: "SENT", right: true), .init(title: "OF", right: true), .init(title: "REST"),
        ])
        for row in rows {
            table.add([
                .init(row.int("id").map(String.init) ?? ""), .init(Moment.text(row.int("created_at"))),
                .init(row.text("name")), .init(row.text("state")), .init(String(row.int("sent") ?? 0)),
                .init(String(row.int("total") ?? 0)), .init(Self.rest(row)),
            ])
        }
        table.print(output)
    }

    private static func words(_ row: Row) -> String {
        let rest = rest(row)
        return "\(row.int("sent") ?? 0) of \(row.int("total") ?? 0) sent" + (rest.isEmpty ? "" : ", \(rest)")
    }

    /// What has another state than sent, and when the last of it will have gone.
    private static func rest(_ row: Row) -> String {
        let states = ["queued", "sending", "retry_wait", "failed", "outcome_unknown", "bounced", "cancelled"]
        var words = states.compactMap { state in
            row.int(state).flatMap { $0 > 0 ? "\($0) \(state.replacingUnderscores)" : nil }
        }
        if let last = row.int("last_at") { words.append("the last by \(Moment.text(last))") }
        return words.joined(separator: ", ")
    }
}

extension String {
    fileprivate var replacingUnderscores: String { String(map { $0 == "_" ? " " : $0 }) }
}

import ArgumentParser
import CMailroom

struct Batch: ToolCommand {
    static let configuration = CommandConfiguration(
        abstract: "Queue one message for each line of a file, all or none; or list the batches.",
        discussion: """
            FILE is a table with a line of names (CSV), or a JSON object a line; - is standard input. The column to (or email, \
            or --column) is the recipient; {{NAME}} in the subject, the text, the HTML and --header values is replaced by the \
            column of that name. A cell that is empty has no value: a message that uses it is refused, with the line, unless \
            --allow-empty is given. Several accounts take turns as their limits allow.

            Without ADDRESS the batches are listed. --id names one that is there: --wait waits for it, --at puts off what was \
            never tried, --name renames it. cancel --batch stops the rest, resend --all --batch sends what failed again.
            """)

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @OptionGroup(title: "Message") var message: MessageOptions
    @OptionGroup(title: "Queue") var queue: QueueOptions
    @Argument(help: "The sending accounts' addresses or ids. None: the batches are listed.") var addresses: [String] =
        []
    @Option(help: ArgumentHelp("Who gets it: a table or JSON lines; - is standard input.", valueName: "file"))
    var recipients: String?
    @Option(help: ArgumentHelp("The column that is the address.", valueName: "name")) var column: String?
    @Option(help: ArgumentHelp("What the batch is called, for people.", valueName: "text")) var name: String?
    @Flag(help: "An empty cell is an empty text.") var allowEmpty = false
    @Option(help: ArgumentHelp("With no address: this batch alone.", valueName: "id")) var id: Int64?
    @Flag(
        help: "Send it now, and say what became of it: works as run does until nothing of it waits for its first try.")
    var wait = false
    @Option(help: ArgumentHelp("How long to wait, in seconds; else for ever.", valueName: "s")) var timeout: Double?

    func validate() throws {
        guard addresses.isEmpty == (recipients == nil) else {
            throw ValidationError("a batch needs an account and --recipients FILE")
        }
        guard id == nil || addresses.isEmpty else {
            throw ValidationError("--id names a batch that is there: without ADDRESS")
        }
        guard
            !addresses.isEmpty
                || !message.isGiven && column == nil && queue.priority == nil && !queue.noRetry && !allowEmpty
        else { throw ValidationError("a batch that is there keeps its message: --at, --name and --wait are for it") }
        guard !addresses.isEmpty || id != nil || queue.at == nil && name == nil && !wait else {
            throw ValidationError("name the batch: --id ID")
        }
        guard message.to.isEmpty else { throw ValidationError("--to: the recipients of a batch come from its file") }
        guard message.answers == nil else { throw ValidationError("--answers is for one message") }
    }

    func run(_ output: Output, _ options: CommonOptions) throws {
        try Waiting.deadline(timeout)
        let works = wait && options.work != .never
        let room = try options.open(create: false, always: works)
        guard let recipients else {
            guard let id, wait || queue.at != nil || name != nil else { return try list(room, output) }
            try change(room, id)
            return try tell(room, output, id, works: works)
        }
        let batch = try Fields()
        for address in addresses { try batch.ints("accounts", [try Accounts.id(room, address)]) }
        try batch.text("name", name)
        try batch.text("idempotency_key", message.idempotencyKey)
        try queue.fill(batch)
        try batch.put("message", try message.record(room, key: false))
        let places = try Recipients(column: column, allowsEmpty: allowEmpty).add(recipients, to: batch)
        guard !places.lines.isEmpty else { throw ToolError(.usage, "\(recipients): has no recipient") }
        do {
            try tell(room, output, try room.put("batch", batch), works: works)
        } catch let failure as LibraryError { throw places.spelled(failure) }
    }

    /// What is asked for of a batch that is there.
    private func change(_ room: Room, _ id: Int64) throws {
        _ = try room.get("batch", id)
        let changes = try Fields()
        try changes.text("name", name)
        try changes.int("send_at", try queue.at.map { try When.milliseconds("--at", $0) })
        if queue.at != nil || name != nil { try room.update("batch", id, changes) }
    }

    /// Says how far it is, with --wait once everything was tried.
    private func tell(_ room: Room, _ output: Output, _ id: Int64, works: Bool) throws {
        if wait { Interrupt.listen(Interrupt.toEnd) }
        if works { try room.start() }
        let row = wait ? try waited(room, output, id) : try room.get("batch", id)
        if works { try room.stop() }
        let lost = ["failed", "outcome_unknown", "bounced"].contains { (row.int($0) ?? 0) > 0 }
        let short = wait && row.int("sent") != row.int("total")
        if output.json {
            output.row(row)
        } else {
            let mark = lost || short ? output.paint("\u{2717}", .red) : output.paint("\u{2713}", .green)
            output.line("\(mark) batch \(id): \(Self.words(row))")
            if lost { output.line("  -> mailroom failed --batch \(id) says why") }
            if !wait, (row.int("queued") ?? 0) > 0 { try Worker.tell(room, output) }
        }
        if wait, lost || short { throw Ended(exit: .notSent) }
    }

    /// The batch once nothing of it waits for its first attempt.
    private func waited(_ room: Room, _ output: Output, _ id: Int64) throws -> Row {
        var progress = Progress(output, "batch \(id)")
        defer { progress.clear() }
        let end = try Waiting.deadline(timeout)
        let events = try room.events()
        while true {
            let row = try room.get("batch", id)
            if Interrupt.hasCome {
                progress.clear()
                try room.stop()
                throw ToolError(
                    .failed, "interrupted: batch \(id): \(Self.words(try room.get("batch", id)))",
                    advice: """
                        mailroom batch --id \(id) --wait goes on with it, and so does a worker.
                        mailroom cancel --batch \(id) stops the rest.
                        """)
            }
            let open = (row.int("queued") ?? 0) + (row.int("sending") ?? 0)
            if open == 0 { return row }
            if let end, Moment.now() >= end {
                throw ToolError(
                    .timedOut, "batch \(id): \(open) of \(row.int("total") ?? 0) have not been tried in the time given",
                    advice: "A worker goes on with it: mailroom run. mailroom batch --id \(id) shows how far it is.")
            }
            var shown = row
            shown["done"] = .int((row.int("total") ?? 0) - open)
            shown["note"] = .text(Self.rest(row))
            progress.show(shown)
            _ = try events.wait(timeoutMs: Int32(min(500, max(1, end.map { $0 - Moment.now() } ?? 500))))
        }
    }

    private func list(_ room: Room, _ output: Output) throws {
        let rows = try room.find("batch") { query in
            try query.int("id", id)
            try query.text("order", Order.newestFirst("id"))
        }.all()
        if let id, rows.isEmpty {
            throw ToolError(
                .notFound, "batch \(id) does not exist", advice: "mailroom batch lists the batches with their ids.")
        }
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

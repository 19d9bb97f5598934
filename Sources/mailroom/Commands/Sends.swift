import ArgumentParser

/// Everything that was ever queued, and the history of one of it.
struct Sends: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "List what was queued, whatever became of it; with --id one of it, with every try.",
        discussion: "It is there until remove takes it away.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The account's address or id. Absent: every account.") var address: String?
    @Option(
        help: "In this state alone: queued, sending, retry_wait, sent, failed, outcome_unknown, bounced or cancelled.")
    var state: SendState?
    @Option(help: ArgumentHelp("Of this batch alone.", valueName: "id")) var batch: Int64?
    @Option(help: ArgumentHelp("This one, with its recipients and every try.", valueName: "id")) var id: Int64?
    @Option(parsing: .unconditional, help: ArgumentHelp("At most so many, the newest; 0 for all.", valueName: "n"))
    var limit: Int64 = 20

    func validate() throws {
        guard id == nil || (address == nil && state == nil && batch == nil) else {
            throw ValidationError("--id stands alone")
        }
    }

    func run(_ room: Room, _ output: Output) throws {
        guard limit >= 0 else { throw ToolError(.usage, "--limit: 0 or more") }
        if let id { return try one(room, output, id) }
        let account = try address.map { try Accounts.id(room, $0) }
        let rows = try room.find("send") { query in
            try query.int("account", account)
            try query.text("state", state?.rawValue)
            try query.int("batch", batch)
            try query.text("order", Order.newestFirst("id"))
            if limit > 0 { try query.int("limit", limit) }
        }
        if output.json { return try output.list(rows) }
        let addresses = try Accounts.addresses(room)
        var table = Table([
            .init(title: "ID", right: true), .init(title: "QUEUED"), .init(title: "ACCOUNT", drops: true),
            .init(title: "TO"), .init(title: "SUBJECT", gives: true), .init(title: "STATE"),
            .init(title: "TRIES", right: true, drops: true), .init(title: "SENT", drops: true),
        ])
        var count = 0
        while let row = rows.next() {
            count += 1
            let lost = ["failed", "outcome_unknown", "bounced"].contains(row.text("state"))
            table.add([
                .init(row.int("id").map(String.init) ?? ""), .init(Moment.text(row.int("created_at"))),
                .init(row.int("account").flatMap { addresses[$0] } ?? ""),
                .init(row.texts("to").joined(separator: ", ").fitted(40)), .init(row.text("subject")),
                .init(row.text("state"), lost ? .red : .plain), .init(row.int("attempts").map(String.init) ?? ""),
                .init(Moment.text(row.int("sent_at"))),
            ])
        }
        if let failure = rows.failure { throw failure }
        guard count > 0 else { return output.line("no sends") }
        table.print(output)
        if limit > 0, count == limit { output.note("there may be more: --limit 0 lists all") }
    }

    private func one(_ room: Room, _ output: Output, _ id: Int64) throws {
        var row = try room.get("send", id)
        let recipients = try room.find("recipient") { try $0.int("send", id) }.all()
        let tries = try room.find("attempt") { try $0.int("send", id) }.all()
        if output.json {
            row["recipients"] = .list(recipients.map(Field.record))
            row["tries"] = .list(tries.map(Field.record))
            return output.row(row)
        }
        let worker = try room.hasWorker()
        Outcomes.show(output, row, recipients, worker: worker)
        try Outcomes.pace(room, output, row, worker: worker)
        let by = try row.int("account").flatMap { try Accounts.addresses(room)[$0] } ?? ""
        output.line(
            "  queued \(Moment.text(row.int("created_at"))) by \(by.oneLine), Message-ID <\(row.text("message_id").oneLine)>"
        )
        for attempt in tries {
            let words = Outcomes.words(attempt)
            let kind = attempt.said("class").map { " [\($0.oneLine)]" } ?? ""
            output.line(
                "  try \(attempt.int("number") ?? 0)  \(Moment.text(attempt.int("started_at")))  \(attempt.text("outcome"))\(kind)"
                    + (words.isEmpty ? "" : "  \(words.oneLine)"))
        }
    }
}

enum SendState: String, ExpressibleByArgument, CaseIterable {
    case queued, sending, retryWait = "retry_wait", sent, failed, outcomeUnknown = "outcome_unknown", bounced, cancelled
}

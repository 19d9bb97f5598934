import ArgumentParser

/// What goes by itself.
struct Queue: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "waiting",
        abstract: "List what is queued and what waits for another try, with its next attempt; resend sends it at once.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The account's address or id. Absent: every account.") var address: String?
    @Option(help: ArgumentHelp("Of this batch alone.", valueName: "id")) var batch: Int64?
    @Option(help: ArgumentHelp("At most so many; 0 for all.", valueName: "n")) var limit: Int64 = 100

    func run(_ room: Room, _ output: Output) throws {
        guard limit >= 0 else { throw ToolError(.usage, "--limit: 0 or more") }
        let account = try address.map { try Accounts.id(room, $0) }
        let rows = try room.find("send") { query in
            try query.int("account", account)
            try query.int("batch", batch)
            try query.texts("state.in", ["queued", "sending", "retry_wait"])
            if limit > 0 { try query.int("limit", limit) }
        }
        if output.json { return try output.list(rows) }
        let addresses = try Accounts.addresses(room)
        var table = Table([
            .init(title: "ID", right: true), .init(title: "ACCOUNT", drops: true), .init(title: "TO"),
            .init(title: "SUBJECT", gives: true), .init(title: "STATE"), .init(title: "NEXT"),
            .init(title: "PRIORITY", drops: true),
        ])
        var count = 0
        var isAllHeld = true
        var paced: Set<Int64> = []
        var holding: Set<Int64> = []
        while let row = rows.next() {
            count += 1
            if row.int("paced_until") != nil, let account = row.int("account") { paced.insert(account) }
            var beneath: [Table.Cell] = []
            if let reason = row.said("reason") { beneath.append(.init(reason, .dim)) }
            if let held = row.said("held_reason") {
                beneath.append(.init("held: " + held, .red))
                if let account = row.int("account") { holding.insert(account) }
            } else {
                isAllHeld = false
            }
            table.add(
                [
                    .init(row.int("id").map(String.init) ?? ""),
                    .init(row.int("account").flatMap { addresses[$0] } ?? ""),
                    .init(row.texts("to").joined(separator: ", ").fitted(40)), .init(row.text("subject")),
                    .init(row.text("state")), .init(Self.next(row)), .init(row.text("priority")),
                ], beneath: beneath)
        }
        if let failure = rows.failure { throw failure }
        guard count > 0 else { return output.line("nothing waits") }
        table.print(output)
        for account in holding.sorted() {
            for step in try LoginStep.ofHeld(room, account) { output.note("-> \(step)") }
        }
        for account in paced.sorted() {
            let name = addresses[account]?.oneLine ?? String(account)
            let why = Outcomes.paused(try room.status(account)).map { "\(name): \($0.oneLine)" }
            output.note("\(why ?? "limits hold back some of it"): mailroom pacing \(name)")
        }
        if !isAllHeld, try !room.hasWorker() {
            output.note(
                "no worker runs on this store; it goes once one does: mailroom --store \(room.path.oneLine) run")
        }
        if limit > 0, count == limit { output.note("there may be more: --limit 0 lists all") }
    }

    private static func next(_ row: Row) -> String {
        if row.said("held_reason") != nil { return "held" }
        let times = ["next_attempt", "send_at", "paced_until"].compactMap { row.int($0) }
        guard let latest = times.max(), latest > Moment.now() else {
            return row.text("state") == "sending" ? "now" : "as soon as possible"
        }
        return Moment.text(latest)
    }
}

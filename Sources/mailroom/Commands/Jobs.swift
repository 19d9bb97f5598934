import ArgumentParser

struct Jobs: StoreCommand {
    static let configuration = CommandConfiguration(abstract: "List long operations, the newest first.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The account's address or id. Absent: every account.") var address: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("At most so many; 0 for all.", valueName: "n")) var limit:
        Int64 = 20

    func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit: 0 or more") }
    }

    func run(_ room: Room, _ output: Output) throws {
        let account = try address.map { try Accounts.id(room, $0) }
        let rows = try room.find("job") { query in
            try query.int("account", account)
            try query.text("order", Order.newestFirst("id"))
            if limit > 0 { try query.int("limit", limit) }
        }
        if output.json { return try output.list(rows) }
        let addresses = try Accounts.addresses(room)
        var table = Table([
            .init(title: "ID", right: true), .init(title: "ASKED FOR"), .init(title: "KIND"), .init(title: "ACCOUNT"),
            .init(title: "STATE"), .init(title: "DONE", right: true), .init(title: "NOTE", gives: true),
        ])
        for row in try rows.all() {
            table.add([
                .init(row.int("id").map(String.init) ?? ""), .init(Moment.text(row.int("created_at"))),
                .init(row.text("kind")), .init(row.int("account").flatMap { addresses[$0] } ?? ""),
                .init(row.text("state"), row.text("state") == "failed" ? .red : .plain),
                .init(Self.done(row).map(String.init) ?? ""), .init(row.said("reason") ?? row.text("note")),
            ])
        }
        table.print(output)
    }

    /// What it has done: of a sync that has ended the messages that it fetched, else how far it came.
    private static func done(_ job: Row) -> Int64? {
        guard case .record(let result)? = job["result"], let messages = result.int("messages") else {
            return job.int("done")
        }
        return messages
    }
}

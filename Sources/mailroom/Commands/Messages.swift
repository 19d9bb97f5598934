import ArgumentParser

struct Messages: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "List messages, the newest first.",
        discussion: "Beside the id: * not read, ! flagged, < answered, + with attachments.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The account's address or id. Absent: every account.") var address: String?
    @Option(help: ArgumentHelp("In this folder.", valueName: "path")) var folder: String?
    @Option(help: ArgumentHelp("With this address as sender or recipient.", valueName: "address")) var with: String?
    @Flag(help: "Not read yet.") var unseen = false
    @Option(parsing: .unconditional, help: ArgumentHelp("At most so many; 0 for all.", valueName: "n")) var limit:
        Int64 = 50

    func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit: 0 or more") }
    }

    func run(_ room: Room, _ output: Output) throws {
        let account = try address.map { try Accounts.id(room, $0) }
        let path = try folder.map { try FolderName.path(room, account, $0) }
        let rows = try room.find("message") { query in
            try query.int("account", account)
            try query.text("folder", path)
            try query.text("participant", with)
            if unseen { try query.int("seen", 0) }
            try query.text("order", Order.newestFirst("date"))
            if limit > 0 { try query.int("limit", limit) }
        }
        if output.json { return try output.list(rows) }
        let messages = try rows.all()
        guard !messages.isEmpty else { return output.line("no messages") }
        var table = Table([
            .init(title: "ID", right: true), .init(title: ""), .init(title: "DATE"), .init(title: "FROM"),
            .init(title: "SUBJECT", gives: true), .init(title: "FOLDER", drops: true),
            .init(title: "SIZE", right: true, drops: true),
        ])
        for row in messages {
            let style: Style = row.int("seen") == 0 ? .bold : .plain
            table.add([
                .init(row.int("id").map(String.init) ?? ""), .init(marks(row)), .init(Moment.text(row.int("date"))),
                .init(row.said("from_name") ?? row.text("from"), style),
                .init(row.text("subject"), style), .init(row.text("folder"), .dim),
                .init(row.int("size").map { Moment.size($0) } ?? ""),
            ])
        }
        table.print(output)
    }

    /// `*` unread, `!` flagged, `<` answered, `+` with attachments.
    private func marks(_ row: Row) -> String {
        var marks = ""
        if row.int("seen") == 0 { marks += "*" }
        if row.int("flagged") == 1 { marks += "!" }
        if row.int("answered") == 1 { marks += "<" }
        if (row.int("attachments") ?? 0) > 0 { marks += "+" }
        return marks
    }
}

/// How `where` spells an order.
enum Order {
    static func newestFirst(_ field: String) -> String { "-\(field)" }
    static func oldestFirst(_ field: String) -> String { field }
}

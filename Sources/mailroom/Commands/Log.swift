import ArgumentParser

struct Log: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the log of errors, with the server's words and what to do; the newest last.",
        discussion: "With --follow and --json every row is a line of its own, as it comes.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The account's address or id. Absent: every account.") var address: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("At most so many, the newest; 0 for all.", valueName: "n"))
    var limit: Int64 = 100
    @Flag(help: "Go on and show what comes.") var follow = false

    func run(_ room: Room, _ output: Output) throws {
        guard limit >= 0 else { throw ToolError(.usage, "--limit: 0 or more") }
        let account = try address.map { try Accounts.id(room, $0) }
        let rows = try room.find("log") { query in
            try query.int("account", account)
            try query.text("order", Order.newestFirst("at"))
            if limit > 0 { try query.int("limit", limit) }
        }.all()
        let oldestFirst = Array(rows.reversed())
        if !follow {
            if output.json { return output.list(oldestFirst) }
            if rows.isEmpty { return output.line("the log is empty") }
        }
        var addresses = try Accounts.addresses(room)
        for row in oldestFirst { show(row, addresses, output) }
        if follow { try follow(room, account, rows.first, &addresses, output) }
    }

    /// Rows as they come, until a signal ends the tool. A repeated row is shown again with its new count.
    private func follow(
        _ room: Room, _ account: Int64?, _ newest: Row?, _ addresses: inout [Int64: String], _ output: Output
    ) throws {
        let events = try room.events()
        var from = newest?.int("at") ?? 0
        var shown: Set<String> = newest.map { [Self.mark($0)] } ?? []
        while true {
            _ = try events.wait(timeoutMs: 2000)
            let rows = try room.find("log") { query in
                try query.int("account", account)
                try query.int("at.ge", from)
                try query.text("order", Order.oldestFirst("at"))
            }.all()
            for row in rows where shown.insert(Self.mark(row)).inserted {
                if let id = row.int("account"), addresses[id] == nil { addresses = try Accounts.addresses(room) }
                show(row, addresses, output)
            }
            // Only rows of the last instant can come again.
            if let last = rows.last?.int("at"), last > from {
                from = last
                shown = Set(rows.filter { $0.int("at") == last }.map(Self.mark))
            }
        }
    }

    private static func mark(_ row: Row) -> String {
        "\(row.int("id") ?? 0) \(row.int("at") ?? 0) \(row.int("count") ?? 0)"
    }

    private func show(_ row: Row, _ addresses: [Int64: String], _ output: Output) {
        if output.json { return output.row(row) }
        let style: Style =
            switch row.text("level") {
            case "error": .red
            case "warning": .yellow
            default: .dim
            }
        var line = output.paint(Moment.text(row.int("at")), .dim) + "  " + output.paint(row.text("level"), style)
        if let id = row.int("account") { line += "  " + (addresses[id] ?? "account \(id)").oneLine }
        line += "  \(row.text("what")): \(row.text("message").oneLine)"
        if let kind = row.said("class") { line += " [\(kind.oneLine)]" }
        if let count = row.int("count"), count > 1 {
            line += "  (\(count) times since \(Moment.text(row.int("first_at"))))"
        }
        output.line(line)
        if let server = row.said("server_text") { output.line("    server: \(server.oneLine)") }
        for step in row.text("advice").cleanLines { output.line("    -> \(step)") }
    }
}

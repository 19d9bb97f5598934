import ArgumentParser

struct Log: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the log of errors, with the server's words and what to do; the newest last.",
        discussion: """
            Every filter that is given holds. --since is a day, a time, or a span: 2h are the last two hours. --follow goes on \
            until Ctrl-C, and shows a repeated row again with its new count; with --json every row is then a line of its own.
            """)

    enum Level: String, ExpressibleByArgument, CaseIterable {
        case error, warning, notice
    }

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The account's address or id. Absent: every account.") var address: String?
    @Option(help: "Rows of this level alone.") var level: Level?
    @Option(name: .customLong("class"), help: ArgumentHelp("Of this class: auth, connection ...", valueName: "name"))
    var kind: String?
    @Option(help: ArgumentHelp("Of this cause; mailroom causes lists them.", valueName: "code")) var cause: String?
    @Option(help: ArgumentHelp("Of what was tried: connect, sync, send ...", valueName: "name")) var what: String?
    @Option(help: ArgumentHelp("Of the accounts of this company, by its key or id.", valueName: "key"))
    var company: String?
    @Option(help: ArgumentHelp("Of the accounts of this user, by the CRM's key.", valueName: "key")) var userKey:
        String?
    @Option(help: ArgumentHelp("What happened since then.", valueName: "time")) var since: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("At most so many, the newest; 0 for all.", valueName: "n"))
    var limit: Int64 = 100
    @Flag(help: "Go on and show what comes.") var follow = false

    func run(_ room: Room, _ output: Output) throws {
        guard limit >= 0 else { throw ToolError(.usage, "--limit: 0 or more") }
        let filter = try filter(room)
        let events = follow ? try room.events() : nil
        let last = follow ? try room.changes(after: 0, kind: "log").all().last?.int("number") ?? 0 : 0
        let rows = try room.find("log") { query in
            try filter(query)
            try query.text("order", Order.newestFirst("at"))
            if limit > 0 { try query.int("limit", limit) }
        }.all()
        let oldestFirst = Array(rows.reversed())
        if !follow {
            if output.json { return output.list(oldestFirst) }
            if rows.isEmpty {
                if let kind { try FailureClass.known(room, kind) }
                let all = try room.find("log") { try $0.texts("fields", ["what"]) }.all()
                let names = Set(all.map { $0.text("what") })
                if let what, !all.isEmpty, !names.contains(what) {
                    output.note(
                        "nothing is there of \(what.oneLine); there is \(names.sorted().joined(separator: ", ").oneLine)"
                    )
                }
                return output.line(all.isEmpty ? "the log is empty" : "nothing in the log fits")
            }
        }
        var addresses = try Accounts.addresses(room)
        for row in oldestFirst { show(row, addresses, output) }
        if let events { try follow(room, filter, events, last, rows, &addresses, output) }
    }

    /// What the options say, as conditions of a query.
    private func filter(_ room: Room) throws -> (Fields) throws -> Void {
        let account = try address.map { try Accounts.id(room, $0) }
        let company = try company.map { try Companies.id(room, $0) }
        let from = try since.map { try When.past("--since", $0) }
        if let cause, try room.find("cause", { try $0.text("code", cause) }).first() == nil {
            throw ToolError(.notFound, "there is no cause \(cause.oneLine)", advice: "mailroom causes lists them.")
        }
        return { query in
            try query.int("account", account)
            try query.text("level", level?.rawValue)
            try query.text("class", kind)
            try query.text("cause", cause)
            try query.text("what", what)
            try query.int("company", company)
            try query.text("user_key", userKey)
            try query.int("at.ge", from)
        }
    }

    /// Rows as the change feed tells of them, until a signal. A repeated row is shown again with its new count.
    private func follow(
        _ room: Room, _ filter: (Fields) throws -> Void, _ events: Events, _ last: Int64, _ rows: [Row],
        _ addresses: inout [Int64: String], _ output: Output
    ) throws {
        Interrupt.listen(Interrupt.toEnd)
        var last = last
        var shown = Dictionary(rows.map { ($0.int("id") ?? 0, Self.mark($0)) }, uniquingKeysWith: { $1 })
        while !Interrupt.hasCome {
            _ = try events.wait(timeoutMs: 500)
            let changes = try room.changes(after: last, kind: "log").all()
            guard let newest = changes.last?.int("number") else { continue }
            last = newest
            let ids = Set(changes.compactMap { $0.int("id") }).sorted()
            for from in stride(from: 0, to: ids.count, by: 500) {
                let rows = try room.find("log") { query in
                    try filter(query)
                    try query.ints("id.in", Array(ids[from..<min(from + 500, ids.count)]))
                    try query.text("order", Order.oldestFirst("at"))
                }.all()
                for row in rows where shown.updateValue(Self.mark(row), forKey: row.int("id") ?? 0) != Self.mark(row) {
                    if let id = row.int("account"), addresses[id] == nil { addresses = try Accounts.addresses(room) }
                    show(row, addresses, output)
                }
            }
        }
    }

    private static func mark(_ row: Row) -> String { "\(row.int("at") ?? 0) \(row.int("count") ?? 0)" }

    private func show(_ row: Row, _ addresses: [Int64: String], _ output: Output) {
        if output.json { return output.row(row) }
        let style: Style =
            switch row.text("level") {
            case "error": .red
            case "warning": .yellow
            default: .dim
            }
        let at = "\(Moment.text(row.int("at"))) \(Moment.zone(row.int("at") ?? 0))"
        var line = output.paint(at, .dim) + "  " + output.paint(row.text("level"), style)
        if let id = row.int("account") { line += "  " + (addresses[id] ?? "account \(id)").oneLine }
        line += "  \(row.text("what")): \(row.text("message").oneLine)"
        if let kind = row.said("class") { line += " [\(kind.oneLine)]" }
        if let cause = row.said("cause") { line += " (\(cause.oneLine))" }
        if let count = row.int("count"), count > 1 {
            line += "  (\(count) times since \(Moment.text(row.int("first_at"))))"
        }
        output.line(line)
        if let server = row.said("server_text") { output.line("    server: \(server.oneLine)") }
        for step in row.text("advice").cleanLines { output.line("    -> \(step)") }
    }
}

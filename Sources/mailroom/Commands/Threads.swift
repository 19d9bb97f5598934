import ArgumentParser

struct Threads: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "List conversations, the latest first; or those that wait for an answer, the longest waiting first.",
        discussion: """
            A conversation waits when somebody outside wrote last and nobody answered. --id shows the messages of one, the \
            oldest first.
            """)

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @OptionGroup(title: "Which mail") var filter: MailFilter
    @Argument(help: "The accounts' addresses or ids. None: all.") var addresses: [String] = []
    @Flag(help: "Those that wait for an answer alone.") var waiting = false
    @Option(help: ArgumentHelp("This one, with its messages.", valueName: "id")) var id: Int64?

    func run(_ room: Room, _ output: Output) throws {
        if let id { return try one(room, output, id) }
        let accounts = try addresses.map { try Accounts.id(room, $0) }
        let rows = try room.find("thread") { query in
            try query.accounts(accounts)
            try filter.fill(query, room)
            if waiting { try query.int("waiting_since.gt", 0) }
            try query.text("order", waiting ? Order.oldestFirst("waiting_since") : Order.newestFirst("last_at"))
        }
        if output.json { return try output.list(rows) }
        let threads = try rows.all()
        guard !threads.isEmpty else {
            return output.line(waiting ? "nobody waits for an answer" : "no conversations")
        }
        let keys = try keys(room, threads)
        var table = Table([
            .init(title: "ID", right: true), .init(title: ""), .init(title: "LAST"),
            .init(title: "MAIL", right: true), .init(title: "WAITS FOR"), .init(title: "SUBJECT", gives: true),
            .init(title: "CONTACT", drops: true), .init(title: "FIRST ANSWER", drops: true),
        ])
        for row in threads {
            let style: Style = row.int("seen") == 0 ? .bold : .plain
            table.add([
                .init(row.int("id").map(String.init) ?? ""), .init(row.int("seen") == 0 ? "*" : ""),
                .init(Moment.text(row.int("last_at"))), .init(row.int("messages").map(String.init) ?? ""),
                .init(row.int("waiting_since").map { Moment.span(Moment.now() - $0) } ?? "", .yellow),
                .init(row.text("subject"), style),
                .init(row.ints("contacts").compactMap { keys[$0] }.joined(separator: " ")),
                .init(row.int("first_reply_ms").map { Moment.span($0) } ?? ""),
            ])
        }
        table.print(output)
        Paging.tell(threads, filter.limit, output)
    }

    private func one(_ room: Room, _ output: Output, _ id: Int64) throws {
        var thread: Row
        do { thread = try room.get("thread", id) } catch let failure as LibraryError {
            throw failure.advising("mailroom threads lists them with their ids.")
        }
        let messages = try room.find("message") { query in
            try query.int("thread", id)
            try query.text("order", Order.oldestFirst("date"))
        }.all()
        if output.json {
            thread["items"] = .list(messages.map(Field.record))
            return output.row(thread)
        }
        output.line(output.paint(thread.text("subject").oneLine, .bold))
        if let waiting = thread.int("waiting_since") {
            output.line("  waits for an answer since \(Moment.text(waiting)): \(Moment.span(Moment.now() - waiting))")
        }
        if let reply = thread.int("first_reply_ms") { output.line("  first answered after \(Moment.span(reply))") }
        try MessageTable.show(messages, room, output)
    }

    /// The keys of all contacts that the rows name.
    private func keys(_ room: Room, _ threads: [Row]) throws -> [Int64: String] {
        let ids = Set(threads.flatMap { $0.ints("contacts") }).sorted()
        var keys: [Int64: String] = [:]
        for from in stride(from: 0, to: ids.count, by: 500) {
            let rows = try room.find("contact") { try $0.ints("id.in", Array(ids[from..<min(from + 500, ids.count)])) }
            for row in try rows.all() { keys[row.int("id") ?? 0] = row.said("key") ?? String(row.int("id") ?? 0) }
        }
        return keys
    }
}

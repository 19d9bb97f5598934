import ArgumentParser

struct Company: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The CRM's customers: their mailboxes, limits and own domains.",
        discussion: "KEY is the CRM's own key of the company, or its id.",
        subcommands: [CompanyList.self, CompanyPut.self, CompanyShow.self, CompanyRemove.self],
        defaultSubcommand: CompanyList.self)

    @ParentCommand var root: Mailroom
}

struct CompanyList: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the companies, with how many of their mailboxes run and wait.")

    @ParentCommand var parent: Company
    @OptionGroup(title: "Options of every command") var common: CommonOptions

    var root: Mailroom { parent.root }

    func run(_ room: Room, _ output: Output) throws {
        let rows = try room.find("company").all()
        if output.json { return output.list(rows) }
        guard !rows.isEmpty else { return output.line("no companies; mailroom company put KEY makes one") }
        var table = Table([
            .init(title: "ID", right: true), .init(title: "KEY"), .init(title: "NAME", gives: true),
            .init(title: "RUNNING", right: true), .init(title: "LIMIT", right: true),
            .init(title: "PENDING", right: true), .init(title: "INTERNAL", drops: true),
            .init(title: "DOMAINS", drops: true),
        ])
        for row in rows {
            let pending = row.int("pending") ?? 0
            table.add(
                [
                    .init(row.int("id").map(String.init) ?? ""), .init(row.text("key")), .init(row.text("name")),
                    .init(String(row.int("running") ?? 0)), .init(row.int("mailboxes").map(String.init) ?? "none"),
                    .init(String(pending), pending > 0 ? .yellow : .plain),
                    .init(row.int("exclude_internal") == 1 ? "left out" : "kept"),
                    .init(row.texts("domains").joined(separator: " ")),
                ], beneath: row.said("note").map { [.init($0, .yellow)] } ?? [])
        }
        table.print(output)
    }
}

struct CompanyPut: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "put",
        abstract: "Make a company, or change one that is there.",
        discussion: """
            What is not given stays. Beyond the limit an account that is connected is pending, first come, first served; a lower \
            limit changes nothing that runs. --exclude-internal on: mail whose sender and recipients are all known and all in the \
            company's own domains is not kept; off: it is fetched.
            """)

    static let createsStore = true

    enum Switch: String, ExpressibleByArgument, CaseIterable {
        case on, off
    }

    @ParentCommand var parent: Company
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The CRM's own key.") var key: String
    @Option(help: ArgumentHelp("For people.", valueName: "text")) var name: String?
    @Option(help: ArgumentHelp("How many of its mailboxes may run at once, or none.", valueName: "n"))
    var limit: String?
    @Option(
        help: ArgumentHelp(
            "One of its own domains, with its subdomains; none takes all away. Repeatable: those that are given are all it has.",
            valueName: "domain"))
    var domain: [String] = []
    @Option(help: "Whether mail inside the company is left out: on or off.") var excludeInternal: Switch?

    var root: Mailroom { parent.root }

    func run(_ room: Room, _ output: Output) throws {
        let values = try Fields()
        try values.text("name", name)
        try values.int("mailboxes", try limit.map(Self.limit))
        if domain == ["none"] {
            try values.texts("domains", [""])
        } else {
            try values.texts("domains", domain)
        }
        try values.int("exclude_internal", excludeInternal.map { $0 == .on ? 1 : 0 })
        let there = try room.find("company") { try $0.text("key", key) }.first()
        let places = try PlacesFreed(room, company: limit == nil ? nil : there?.int("id"))
        let id: Int64
        do {
            if let there = there?.int("id") {
                id = there
                try room.update("company", id, values)
            } else {
                try values.text("key", key)
                id = try room.put("company", values)
            }
        } catch let failure as LibraryError { throw failure.spelled }
        let row = try room.get("company", id)
        if output.json { return output.row(row) }
        output.line(
            "\(output.paint("\u{2713}", .green)) company \(key.oneLine) \(there == nil ? "made" : "changed"): id \(id)")
        if let note = row.said("note") { output.line("  \(note.oneLine)") }
        try places.tell(room, output)
        if excludeInternal == .on, there?.int("exclude_internal") != 1 {
            output.note("  what is stored already stays; internal mail that comes from now on is left out")
            if row.texts("domains").isEmpty {
                output.note("  it has no domains: nothing is internal until it has (--domain)")
            }
        }
    }

    /// `none` is said as -1.
    private static func limit(_ text: String) throws -> Int64 {
        if text == "none" { return -1 }
        guard let limit = Int64(text), limit >= 0 else {
            throw ToolError(.usage, "--limit: a number from 0 on, or none")
        }
        return limit
    }
}

struct CompanyShow: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one company and its mailboxes.")

    @ParentCommand var parent: Company
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The CRM's own key, or the id.") var key: String

    var root: Mailroom { parent.root }

    func run(_ room: Room, _ output: Output) throws {
        var row = try Companies.find(room, key)
        let accounts = try room.find("account") { try $0.int("company", row.int("id")) }.all()
        if output.json {
            row["accounts"] = .list(accounts.map(Field.record))
            return output.row(row)
        }
        let limit = row.int("mailboxes").map { "\(row.int("running") ?? 0) of \($0)" } ?? "\(row.int("running") ?? 0)"
        output.line(output.paint(row.said("name")?.oneLine ?? key.oneLine, .bold))
        output.line("  mailboxes running  \(limit), \(row.int("pending") ?? 0) waiting for a place")
        output.line("  own domains        \(row.texts("domains").joined(separator: " ").oneLine)")
        output.line("  internal mail      \(row.int("exclude_internal") == 1 ? "left out" : "kept")")
        if let note = row.said("note") { output.line("  \(note.oneLine)") }
        for account in accounts {
            let style = Style(colour: account.text("colour"))
            output.line("  \(account.text("address").oneLine)  \(output.paint(account.text("state"), style))")
        }
    }
}

struct CompanyRemove: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a company that no account belongs to any more, with its contacts.")

    @ParentCommand var parent: Company
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The CRM's own key, or the id.") var key: String

    var root: Mailroom { parent.root }

    func run(_ room: Room, _ output: Output) throws {
        let row = try Companies.find(room, key)
        try room.remove("company", row.int("id") ?? 0)
        if output.json { return output.row(row) }
        output.line("removed: company \(key.oneLine)")
    }
}

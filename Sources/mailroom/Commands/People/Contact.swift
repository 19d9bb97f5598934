import ArgumentParser

struct Contact: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The CRM's contacts: mail finds them by their addresses and domains.",
        discussion: "CONTACT is the CRM's own key, one of the addresses, or the id.",
        subcommands: [
            ContactList.self, ContactPut.self, ContactImport.self, ContactShow.self, ContactRemove.self,
        ],
        defaultSubcommand: ContactList.self)

    @ParentCommand var root: Mailroom
}

struct ContactList: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List contacts, with how much mail each has part in.")

    @ParentCommand var parent: Contact
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Option(help: ArgumentHelp("Of this company alone, by its key or id.", valueName: "key")) var company: String?
    @Option(help: ArgumentHelp("Whose address this is.", valueName: "address")) var address: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("At most so many; 0 for all.", valueName: "n"))
    var limit: Int64 = 100
    @Option(help: ArgumentHelp("Go on behind this one.", valueName: "id")) var after: Int64?

    var root: Mailroom { parent.root }

    func run(_ room: Room, _ output: Output) throws {
        guard limit >= 0 else { throw ToolError(.usage, "--limit: 0 or more") }
        let company = try company.map { try Companies.id(room, $0) }
        let rows = try room.find("contact") { query in
            try query.int("company", company)
            try query.text("address", address)
            try query.int("after", after)
            if limit > 0 { try query.int("limit", limit) }
        }
        if output.json { return try output.list(rows) }
        let contacts = try rows.all()
        guard !contacts.isEmpty else { return output.line("no contacts") }
        var table = Table([
            .init(title: "ID", right: true), .init(title: "KEY"), .init(title: "NAME", gives: true),
            .init(title: "MAIL", right: true), .init(title: "LAST", drops: true),
            .init(title: "ADDRESSES", drops: true),
        ])
        for row in contacts {
            table.add([
                .init(row.int("id").map(String.init) ?? ""), .init(row.text("key")), .init(row.text("name")),
                .init(row.int("messages").map(String.init) ?? ""), .init(Moment.text(row.int("last_at"))),
                .init(
                    (row.texts("addresses") + row.texts("domains").map { "@" + $0 }).joined(separator: " ").fitted(60)),
            ])
        }
        table.print(output)
        Paging.tell(contacts, limit, output)
    }
}

struct ContactPut: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "put",
        abstract: "Make a contact, or change the one with this key.",
        discussion: """
            Mail that is stored already is matched at once. Addresses and domains that are given are all it has; what is not given \
            stays. An address reaches the contact before a domain does.
            """)

    @ParentCommand var parent: Contact
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The CRM's own key; unique within the company.") var key: String
    @Option(help: ArgumentHelp("The company whose contact it is, by its key or id.", valueName: "key"))
    var company: String?
    @Option(help: ArgumentHelp("For people.", valueName: "text")) var name: String?
    @Option(help: ArgumentHelp("A mail address. Repeatable.", valueName: "address")) var address: [String] = []
    @Option(help: ArgumentHelp("A domain all of whose addresses are the contact's. Repeatable.", valueName: "domain"))
    var domain: [String] = []
    @Flag(inversion: .prefixedNo, help: "Plus tags, and the dots of Gmail's addresses, make another address.")
    var exact: Bool?

    var root: Mailroom { parent.root }

    func run(_ room: Room, _ output: Output) throws {
        let company = try company.map { try Companies.id(room, $0) }
        let values = try Fields()
        try values.text("key", key)
        try values.int("company", company)
        try values.text("name", name)
        try values.texts("addresses", address)
        try values.texts("domains", domain)
        try values.int("exact", exact.map { $0 ? 1 : 0 })
        let like = try room.find("contact") { try $0.text("key", key) }.all()
        let id: Int64
        do { id = try room.put("contact", values) } catch let failure as LibraryError { throw failure.spelled }
        let row = try room.get("contact", id)
        let isNew = !like.contains { $0.int("id") == id }
        if output.json {
            output.row(row)
        } else {
            output.line(
                "\(output.paint("\u{2713}", .green)) contact \(key.oneLine) \(isNew ? "made" : "changed"): id \(id), "
                    + "\(Moment.count(row.int("messages") ?? 0, "message"))")
        }
        if isNew, company == nil { try tell(room, output, like) }
    }

    /// Nobody may find out by chance that there is another contact of that key, which was meant.
    private func tell(_ room: Room, _ output: Output, _ like: [Row]) throws {
        for other in like.prefix(5) {
            guard let company = other.int("company") else { continue }
            let name = try room.get("company", company).text("key").oneLine
            output.note("  a contact of \(name) has that key, too, and was not changed (id \(other.int("id") ?? 0))")
            output.note("  -> mailroom contact put \(key.oneLine) --company \(name) changes that one")
        }
    }
}

struct ContactShow: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one contact and its newest mail.")

    @ParentCommand var parent: Contact
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The CRM's own key, an address, or the id.") var contact: String
    @Option(help: ArgumentHelp("The company whose contact it is, by its key or id.", valueName: "key"))
    var company: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("So many messages.", valueName: "n")) var limit: Int64 = 10

    var root: Mailroom { parent.root }

    func run(_ room: Room, _ output: Output) throws {
        guard limit >= 0 else { throw ToolError(.usage, "--limit: 0 or more") }
        let company = try company.map { try Companies.id(room, $0) }
        let row = try Contacts.find(room, contact, company: company)
        if output.json { return output.row(row) }
        output.line(output.paint(row.said("name")?.oneLine ?? row.text("key").oneLine, .bold))
        output.line("  key        \(row.text("key").oneLine)")
        output.line("  addresses  \(row.texts("addresses").joined(separator: ", ").oneLine)")
        if !row.texts("domains").isEmpty {
            output.line("  domains    \(row.texts("domains").joined(separator: ", ").oneLine)")
        }
        let last = row.int("last_at").map { ", the latest of \(Moment.text($0))" } ?? ""
        output.line("  mail       \(Moment.count(row.int("messages") ?? 0, "message"))\(last)")
        let messages =
            limit == 0
            ? []
            : try room.find("message") { query in
                try query.int("contact", row.int("id"))
                try query.text("order", Order.newestFirst("date"))
                try query.int("limit", limit)
            }.all()
        if !messages.isEmpty { try MessageTable.show(messages, room, output) }
    }
}

struct ContactRemove: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove contacts. Their mail stays, unless it is erased.",
        discussion: """
            --erase removes every message that they have part in, what was sent to them, and every text that names them, from this \
            store: it cannot be undone, and their mail is not stored again. On the servers nothing changes.
            """)

    @ParentCommand var parent: Contact
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The CRM's own keys, addresses, or ids.") var contacts: [String]
    @Option(help: ArgumentHelp("The company whose contacts they are, by its key or id.", valueName: "key"))
    var company: String?
    @Flag(help: "Remove their mail and every text that names them as well.") var erase = false

    var root: Mailroom { parent.root }

    func run(_ room: Room, _ output: Output) throws {
        let company = try company.map { try Companies.id(room, $0) }
        let rows = try contacts.map { try Contacts.find(room, $0, company: company) }
        for row in rows {
            let id = row.int("id") ?? 0
            guard erase else {
                try room.remove("contact", id)
                continue
            }
            let values = try Fields()
            try values.int("erase", 1)
            try room.update("contact", id, values)
        }
        if output.json { return output.list(rows) }
        output.line(
            "\(erase ? "erased" : "removed"): \(rows.map { $0.said("key") ?? "" }.joined(separator: ", ").oneLine)")
    }
}

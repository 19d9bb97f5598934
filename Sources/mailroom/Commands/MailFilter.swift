import ArgumentParser

/// Whose mail is looked at, alike in inbox, threads and search.
struct MailFilter: ParsableArguments {
    @Option(
        name: .customLong("contact"),
        help: ArgumentHelp(
            "In which this contact has part, by its key, address or id; any: any contact.", valueName: "key"))
    var contact: String?
    @Option(help: ArgumentHelp("Of the accounts of this company, by its key or id.", valueName: "key"))
    var company: String?
    @Option(help: ArgumentHelp("Of the accounts of this user, by the CRM's key.", valueName: "key")) var userKey:
        String?
    @Flag(help: "With what is not read yet alone.") var unread = false
    @Option(parsing: .unconditional, help: ArgumentHelp("At most so many; 0 for all.", valueName: "n"))
    var limit: Int64 = 50
    @Option(help: ArgumentHelp("The next page: go on behind the last one of this page.", valueName: "id"))
    var after: Int64?

    private static let roles = ["inbox", "sent", "drafts", "trash", "junk", "archive", "all", "flagged"]

    func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit: 0 or more") }
    }

    /// Writes the conditions into a query.
    func fill(_ query: Fields, _ room: Room) throws {
        let company = try company.map { try Companies.id(room, $0) }
        if contact == "any" {
            try query.int("contact.gt", 0)
        } else {
            try query.int("contact", try contact.map { try Contacts.id(room, $0, company: company) })
        }
        try query.int("company", company)
        try query.text("user_key", userKey)
        if unread { try query.int("seen", 0) }
        if limit > 0 { try query.int("limit", limit) }
        try query.int("after", after)
    }

    /// The messages of these accounts (none: of all), in folders of this role (any: wherever), the newest first.
    func messages(
        _ room: Room, _ addresses: [String], role: String, text: String?, _ more: (Fields) throws -> Void = { _ in }
    ) throws -> Rows {
        let accounts = try addresses.map { try Accounts.id(room, $0) }
        guard role == "any" || Self.roles.contains(role) else {
            throw ToolError(
                .usage, "--role: there is no role \(role.oneLine)",
                advice: "The roles are \(Self.roles.joined(separator: ", ")); any is every folder.")
        }
        return try room.find("message") { query in
            try query.accounts(accounts)
            try fill(query, room)
            try query.text("role", role == "any" ? nil : role)
            try query.text("text", text)
            try more(query)
            try query.text("order", Order.newestFirst("date"))
        }
    }
}

extension Fields {
    /// The condition that a row is of one of these accounts; none at all where there are none.
    func accounts(_ ids: [Int64]) throws {
        ids.count == 1 ? try int("account", ids[0]) : try ints("account.in", ids)
    }
}

/// How a list goes on.
enum Paging {
    /// Says how to see the next page, where this one was full.
    static func tell(_ rows: [Row], _ limit: Int64, _ output: Output) {
        guard limit > 0, rows.count == limit, let last = rows.last?.int("id") else { return }
        output.note("there may be more: --after \(last) goes on, --limit 0 lists all")
    }
}

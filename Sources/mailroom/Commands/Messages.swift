import ArgumentParser

struct Messages: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "List messages, the newest first.",
        discussion: MessageTable.signs)

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
        try MessageTable.list(rows, limit, room, output, empty: "no messages")
    }
}

/// How `where` spells an order.
enum Order {
    static func newestFirst(_ field: String) -> String { "-\(field)" }
    static func oldestFirst(_ field: String) -> String { field }
}

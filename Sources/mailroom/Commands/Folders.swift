import ArgumentParser

struct Folders: StoreCommand {
    static let configuration = CommandConfiguration(abstract: "List the folders of an account.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The account's address or id.") var address: String

    /// The inbox first, then what has a role, then the others, each by its path.
    private static func place(_ folder: Row) -> (Int, String) {
        let role = folder.text("role")
        return (role == "inbox" ? 0 : role.isEmpty ? 2 : 1, folder.text("path"))
    }

    func run(_ room: Room, _ output: Output) throws {
        let id = try Accounts.id(room, address)
        let rows = try room.find("folder") { try $0.int("account", id) }
        if output.json { return try output.list(rows) }
        var table = Table([
            .init(title: "FOLDER", gives: true), .init(title: "ROLE"), .init(title: "MAIL", right: true),
            .init(title: "UNSEEN", right: true), .init(title: "ON SERVER", right: true), .init(title: "IN STEP"),
        ])
        for row in try rows.all().sorted(by: { Self.place($0) < Self.place($1) }) {
            func number(_ name: String) -> String { row.int(name).map(String.init) ?? "" }
            table.add([
                .init(row.text("path")), .init(row.text("role"), .dim), .init(number("messages")),
                .init(number("unseen")), .init(number("server_messages")), .init(Moment.since(row.int("synced_at"))),
            ])
        }
        table.print(output)
    }
}

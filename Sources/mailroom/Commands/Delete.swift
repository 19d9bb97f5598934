import ArgumentParser

struct Delete: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Move messages to the trash, here at once and on the server; what is in the trash goes for good.",
        discussion: "The trash is the folder with the role trash.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @OptionGroup(title: "Waiting") var waiting: WishOptions
    @Argument(help: "The ids that messages lists.") var ids: [Int64]
    @Flag(help: "For good, wherever they are.") var forever = false
    @Option(help: ArgumentHelp("With --forever: in this account alone.", valueName: "address")) var account: String?

    func validate() throws {
        guard account == nil || forever else { throw ValidationError("--account needs --forever") }
    }

    func run(_ room: Room, _ output: Output) throws {
        let account = try account.map { try Accounts.id(room, $0) }
        try Wishes.make(room, output, waiting, ids) { id in
            guard forever else { return try room.remove("message", id) }
            let values = try Fields()
            try values.text("delete", "forever")
            try values.int("account", account)
            try room.update("message", id, values)
        }
    }
}

import ArgumentParser

struct Move: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Move messages to another folder, here at once and on the server.",
        discussion: "A change that the server refuses is taken back; mailroom log says so.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @OptionGroup(title: "Waiting") var waiting: WishOptions
    @Argument(help: "The ids that messages lists.") var ids: [Int64]
    @Option(help: ArgumentHelp("The folder: its path, or its role, as trash.", valueName: "path")) var to: String
    @Option(help: ArgumentHelp("In this account alone.", valueName: "address")) var account: String?

    func run(_ room: Room, _ output: Output) throws {
        let account = try account.map { try Accounts.id(room, $0) }
        try Wishes.make(
            room, output, waiting, ids, check: { _ = try Wishes.folder(room, $0, to, account: account) }
        ) { id in
            let values = try Fields()
            try values.int("folder", try Wishes.folder(room, id, to, account: account))
            try values.int("account", account)
            try room.update("message", id, values)
        }
    }
}

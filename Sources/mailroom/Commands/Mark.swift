import ArgumentParser

struct Mark: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Set and take away flags of messages, here at once and on the server.",
        discussion: "A change that the server refuses is taken back; mailroom log says so.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @OptionGroup(title: "Waiting") var waiting: WishOptions
    @Argument(help: "The ids that messages lists.") var ids: [Int64]
    @Flag(inversion: .prefixedNo, help: "Read, or not.") var seen: Bool?
    @Flag(inversion: .prefixedNo, help: "Flagged, or not.") var flagged: Bool?
    @Flag(inversion: .prefixedNo, help: "Answered, or not.") var answered: Bool?
    @Option(help: ArgumentHelp("A flag or keyword to set, as IMAP spells it. Repeatable.", valueName: "flag"))
    var add: [String] = []
    @Option(help: ArgumentHelp("One to take away. Repeatable.", valueName: "flag")) var remove: [String] = []
    @Option(help: ArgumentHelp("In this account alone.", valueName: "address")) var account: String?

    func validate() throws {
        guard seen != nil || flagged != nil || answered != nil || !add.isEmpty || !remove.isEmpty else {
            throw ValidationError("say what to change: --seen, --no-seen, --flagged, --add ...")
        }
    }

    func run(_ room: Room, _ output: Output) throws {
        let account = try account.map { try Accounts.id(room, $0) }
        try Wishes.make(room, output, waiting, ids) { id in
            let values = try Fields()
            for (name, value) in [("seen", seen), ("flagged", flagged), ("answered", answered)] {
                try values.int(name, value.map { $0 ? 1 : 0 })
            }
            try values.texts("add", add)
            try values.texts("remove", remove)
            try values.int("account", account)
            try room.update("message", id, values)
        }
    }
}

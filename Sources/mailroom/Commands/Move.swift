import ArgumentParser

struct Move: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Move messages to another folder, here at once and on the server.",
        discussion: "A change that the server refuses is taken back; mailroom log says so.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @OptionGroup(title: "Waiting") var waiting: WishOptions
    @OptionGroup var transfer: TransferOptions

    func run(_ room: Room, _ output: Output) throws {
        try transfer.make(room, output, waiting) { id, folder, account in
            let values = try Fields()
            try values.int("folder", folder)
            try values.int("account", account)
            try room.update("message", id, values)
        }
    }
}

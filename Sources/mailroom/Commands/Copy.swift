import ArgumentParser

struct Copy: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy messages into another folder of their account, here at once and on the server.",
        discussion: "It stays one message, with one more place. Where the folder has it already, nothing is done.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @OptionGroup(title: "Waiting") var waiting: WishOptions
    @OptionGroup var transfer: TransferOptions

    func run(_ room: Room, _ output: Output) throws {
        try transfer.make(room, output, waiting) { id, folder, _ in
            let values = try Fields()
            try values.int("message", id)
            try values.int("folder", folder)
            _ = try room.put("place", values)
        }
    }
}

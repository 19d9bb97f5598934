import ArgumentParser

struct Draft: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a draft into the account's drafts folder, here at once and on the server.",
        discussion: "Its recipients may be missing, and its Bcc is kept. It is not sent.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @OptionGroup(title: "Message") var message: MessageOptions
    @OptionGroup(title: "Waiting") var waiting: WishOptions
    @Argument(help: "The account's address or id.") var address: String
    @Option(help: ArgumentHelp("Another folder.", valueName: "path")) var folder: String?
    @Option(help: ArgumentHelp("The id of a draft that goes once this one is on the server.", valueName: "id"))
    var replaces: Int64?

    func validate() throws {
        guard message.idempotencyKey == nil else { throw ValidationError("--idempotency-key is for what is sent") }
    }

    func run(_ room: Room, _ output: Output) throws {
        try Waiting.deadline(waiting.timeout)
        let account = try Accounts.id(room, address)
        let values = try message.record(room)
        try values.int("account", account)
        try values.int("folder", try folder.map { try FolderName.id(room, account, $0) })
        try values.int("replaces", replaces)
        try Wishes.tell(room, output, waiting, [try room.put("message", values)])
    }
}

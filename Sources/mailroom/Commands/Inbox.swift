import ArgumentParser

struct Inbox: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "The mail of many mailboxes as one list, the newest first.",
        discussion: """
            Without ADDRESS it is the mail of all accounts. \(MessageTable.signs) A page goes on with --after; nothing is \
            skipped or repeated while mail arrives.
            """)

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @OptionGroup(title: "Which mail") var filter: MailFilter
    @Argument(help: "The accounts' addresses or ids.") var addresses: [String] = []
    @Option(help: "In folders of this role: inbox, sent, drafts, trash, junk, archive ..., or any.") var role = "inbox"
    @Option(help: ArgumentHelp("Of this thread.", valueName: "id")) var thread: Int64?
    @Option(help: ArgumentHelp("With these words in its subject, its people or its text.", valueName: "words"))
    var text: String?

    func run(_ room: Room, _ output: Output) throws {
        let rows = try filter.messages(room, addresses, role: role, text: text) { try $0.int("thread", thread) }
        try MessageTable.list(rows, filter.limit, room, output, empty: "no messages")
    }
}

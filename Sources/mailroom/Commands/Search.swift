import ArgumentParser

struct Search: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find messages by words of their subject, their people or their text, the newest first.",
        discussion: "Every word must be there, in any case and with any accents. \(MessageTable.signs)")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @OptionGroup(title: "Which mail") var filter: MailFilter
    @Argument(help: "What to look for.") var words: [String]
    @Option(help: ArgumentHelp("In this account, by its address or id. Repeatable.", valueName: "address"))
    var account: [String] = []
    @Option(help: "In folders of this role: inbox, sent, archive ... Else everywhere.") var role: String?

    func run(_ room: Room, _ output: Output) throws {
        do {
            let rows = try filter.messages(room, account, role: role ?? "any", text: words.joined(separator: " "))
            try MessageTable.list(rows, filter.limit, room, output, empty: "nothing was found")
        } catch let failure as LibraryError { throw failure.withoutField("text", instead: "WORD: ") }
    }
}

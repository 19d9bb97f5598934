import ArgumentParser

struct Changes: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the numbered change feed after a number.",
        discussion: "Every line of --json is an element; the last one's number is what to give to --after next time.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Option(help: ArgumentHelp("The last number that was handled.", valueName: "n")) var after: Int64 = 0

    func run(_ room: Room, _ output: Output) throws {
        let rows = try room.changes(after: after)
        if output.json { return try output.list(rows) }
        for row in rows {
            output.line(
                "\(row.int("number") ?? 0)  \(Moment.text(row.int("at")))  \(row.text("kind")) \(row.int("id") ?? 0)  "
                    + "\(row.text("what"))  \(row.text("detail").oneLine)")
        }
        if let failure = rows.failure { throw failure }
    }
}

import ArgumentParser

struct Providers: ToolCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the providers, with their settings, and the plugins that were refused.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions

    /// Providers belong to the library, not to a store: without one, an empty one in a temporary directory serves.
    func run(_ output: Output, _ options: CommonOptions) throws {
        try list(try rows(options), output)
    }

    /// The directory is gone before anything is printed: a reader that goes away ends the tool at once.
    private func rows(_ options: CommonOptions) throws -> [Row] {
        guard options.store == nil else { return try rows(try options.open(create: false)) }
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        return try rows(try options.open(create: true, at: directory.path + "/store.db"))
    }

    /// A cursor reads nothing any more once its room is closed.
    private func rows(_ room: Room) throws -> [Row] {
        try withExtendedLifetime(room) { try room.find("provider").all() }
    }

    private func list(_ rows: [Row], _ output: Output) throws {
        if output.json { return output.list(rows) }
        guard !rows.isEmpty else { return output.line("no providers; name a directory of plugins: --plugins DIR") }
        var table = Table([
            .init(title: "SCHEME"), .init(title: "TITLE"), .init(title: "PLUGIN"), .init(title: "VERSION"),
            .init(title: "STATE"), .init(title: "AUTH"), .init(title: "CAPABILITIES", gives: true),
        ])
        for row in rows {
            let refused = row.text("state") == "refused"
            var beneath: [Table.Cell] = []
            if let reason = row.said("reason") { beneath.append(.init(reason, .red)) }
            if refused, let path = row.said("path") { beneath.append(.init(path, .dim)) }
            // What is there for tests alone is not for people: --json has it.
            for setting in row.rows("settings") where !setting.text("meaning").hasPrefix("for tests") {
                let words = [
                    setting.text("type"), setting.int("required") == 1 ? "required" : "",
                    setting.int("secret") == 1 ? "secret" : "",
                    setting.texts("values").filter { !$0.isEmpty }.joined(separator: "|"),
                    setting.said("default").map { "else \($0)" } ?? "",
                ].filter { !$0.isEmpty }
                beneath.append(
                    .init(
                        "\(setting.text("name")) (\(words.joined(separator: ", "))): \(setting.text("meaning"))", .dim))
            }
            table.add(
                [
                    .init(row.said("scheme") ?? "-"), .init(row.text("title")), .init(row.text("plugin")),
                    .init(row.text("version")), .init(row.text("state"), refused ? .red : .green),
                    .init(row.texts("auth").joined(separator: " ")),
                    .init(row.texts("capabilities").joined(separator: " ")),
                ], beneath: beneath)
        }
        table.print(output)
    }
}

import ArgumentParser

struct Causes: ToolCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the known causes of failure, or show one with its explanation and its steps.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The code of one: auth.refused ...") var code: String?

    func run(_ output: Output, _ options: CommonOptions) throws {
        let scratch = options.store == nil ? try TemporaryDirectory() : nil
        defer { scratch?.remove() }
        let room = try options.open(create: scratch != nil, at: scratch.map { $0.path + "/none.db" })
        let rows = try room.find("cause") { try $0.text("code", code) }.all()
        if let code {
            guard let row = rows.first else {
                throw ToolError(.notFound, "there is no cause \(code.oneLine)", advice: "mailroom causes lists them.")
            }
            return output.json ? output.row(row) : show(row, output)
        }
        if output.json { return output.list(rows) }
        var table = Table([
            .init(title: "CODE"), .init(title: "CLASS", drops: true), .init(title: "WHO", drops: true),
            .init(title: "TITLE", gives: true),
        ])
        for row in rows {
            table.add([
                .init(row.text("code")), .init(row.text("class"), .dim), .init(row.text("who"), .dim),
                .init(row.text("title")),
            ])
        }
        table.print(output)
    }

    private func show(_ row: Row, _ output: Output) {
        output.line(output.paint(row.text("title").oneLine, .bold))
        output.line("  \(row.text("code")), class \(row.text("class")); who can mend it: \(row.text("who"))")
        output.line("  \(row.text("explanation").oneLine)")
        for step in row.text("advice").cleanLines { output.line("  -> \(step)") }
    }
}

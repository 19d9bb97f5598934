import ArgumentParser

struct Failed: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "List what was not sent, why, and what to do; resend sends it again.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The account's address or id. Absent: every account.") var address: String?
    @Option(name: .customLong("class"), help: ArgumentHelp("Of this class alone.", valueName: "name"))
    var failureClass: String?
    @Option(help: ArgumentHelp("Of this batch alone.", valueName: "id")) var batch: Int64?

    func run(_ room: Room, _ output: Output) throws {
        let account = try address.map { try Accounts.id(room, $0) }
        var rows: [Row] = []
        for state in ["failed", "outcome_unknown", "bounced"] {
            rows += try room.find("send") { query in
                try query.int("account", account)
                try query.text("state", state)
                try query.text("class", failureClass)
                try query.int("batch", batch)
            }.all()
        }
        rows.sort { ($0.int("created_at") ?? 0, $0.int("id") ?? 0) > ($1.int("created_at") ?? 0, $1.int("id") ?? 0) }
        if output.json { return output.list(rows) }
        guard !rows.isEmpty else { return output.line("nothing failed") }
        let addresses = try Accounts.addresses(room)
        var table = Table([
            .init(title: "ID", right: true), .init(title: "QUEUED"), .init(title: "ACCOUNT", drops: true),
            .init(title: "TO"),
            .init(title: "SUBJECT", gives: true), .init(title: "STATE"), .init(title: "CLASS", drops: true),
        ])
        for row in rows {
            var beneath: [Table.Cell] = []
            if let reason = row.said("reason") { beneath.append(.init(reason, .red)) }
            if let server = row.said("server_text") { beneath.append(.init("server: " + server, .dim)) }
            for step in row.text("advice").cleanLines { beneath.append(.init("-> " + step)) }
            table.add(
                [
                    .init(row.int("id").map(String.init) ?? ""), .init(Moment.text(row.int("created_at"))),
                    .init(row.int("account").flatMap { addresses[$0] } ?? ""),
                    .init(row.texts("to").joined(separator: ", ").fitted(40)), .init(row.text("subject")),
                    .init(row.text("state"), .red), .init(row.text("class")),
                ], beneath: beneath)
        }
        table.print(output)
    }
}

import ArgumentParser

struct Failed: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "List what was not sent, why, and what to do; resend sends it again.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The account's address or id. Absent: every account.") var address: String?
    @Option(
        name: .customLong("class"),
        help: ArgumentHelp("Of this class alone: bad_recipient, sending_limit ...", valueName: "name"))
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
        guard !rows.isEmpty else {
            if let failureClass { try FailureClass.known(room, failureClass) }
            return output.line("nothing failed" + (failureClass.map { " with class \($0.oneLine)" } ?? ""))
        }
        let addresses = try Accounts.addresses(room)
        var table = Table([
            .init(title: "ID", right: true), .init(title: "QUEUED"), .init(title: "ACCOUNT", drops: true),
            .init(title: "TO"),
            .init(title: "SUBJECT", gives: true), .init(title: "STATE"), .init(title: "CLASS", drops: true),
        ])
        for row in rows {
            var beneath: [Table.Cell] = []
            if let reason = row.said("reason") { beneath.append(.init(reason, .red)) }
            beneath += try answers(room, row)
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

    /// The server's words; of several recipients who did not accept it, those about each.
    private func answers(_ room: Room, _ row: Row) throws -> [Table.Cell] {
        let open = ["refused", "deferred", "bounced"].reduce(0) { $0 + (row.int($1) ?? 0) }
        guard open > 1, let id = row.int("id") else {
            let words = Outcomes.words(row)
            return words.isEmpty ? [] : [.init("server: " + words, .dim)]
        }
        return try room.find("recipient") { query in
            try query.int("send", id)
            try query.texts("state.in", ["refused", "deferred", "bounced"])
        }.all().map { recipient in
            .init("\(recipient.text("address"))  \(recipient.text("state"))  \(Outcomes.words(recipient))", .dim)
        }
    }
}

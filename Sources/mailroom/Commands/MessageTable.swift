/// Messages as a table, in the order in which they come.
enum MessageTable {
    /// What stands beside the id.
    static let signs =
        "Beside the id: * not read, ! flagged, < answered, + with attachments, > written here, ~ written by a program."

    /// The rows as JSON or as a table, and how the list goes on.
    static func list(_ rows: Rows, _ limit: Int64, _ room: Room, _ output: Output, empty: String) throws {
        if output.json { return try output.list(rows) }
        let messages = try rows.all()
        guard !messages.isEmpty else { return output.line(empty) }
        try show(messages, room, output)
        Paging.tell(messages, limit, output)
    }

    static func show(_ messages: [Row], _ room: Room, _ output: Output) throws {
        let addresses = try Accounts.addresses(room)
        let hasContacts = messages.contains { !$0.rows("contacts").isEmpty }
        var table = Table(
            [
                .init(title: "ID", right: true), .init(title: ""), .init(title: "DATE"), .init(title: "FROM"),
                .init(title: "SUBJECT", gives: true),
            ] + (hasContacts ? [.init(title: "CONTACT", drops: true)] : [])
                + (addresses.count > 1 ? [.init(title: "ACCOUNT", drops: true)] : []) + [
                    .init(title: "FOLDER", drops: true), .init(title: "SIZE", right: true, drops: true),
                ])
        for row in messages {
            let style: Style = row.int("seen") == 0 ? .bold : .plain
            var cells: [Table.Cell] = [
                .init(row.int("id").map(String.init) ?? ""), .init(marks(row)), .init(Moment.text(row.int("date"))),
                .init((row.said("from_name") ?? row.text("from")).fitted(40), style), .init(row.text("subject"), style),
            ]
            if hasContacts { cells.append(.init(Contacts.words(row))) }
            if addresses.count > 1 { cells.append(.init(row.int("account").flatMap { addresses[$0] } ?? "", .dim)) }
            cells.append(.init(row.text("folder"), .dim))
            cells.append(.init(row.int("size").map { Moment.size($0) } ?? ""))
            table.add(cells)
        }
        table.print(output)
    }

    /// As `signs` says.
    private static func marks(_ row: Row) -> String {
        var marks = ""
        if row.int("seen") == 0 { marks += "*" }
        if row.int("flagged") == 1 { marks += "!" }
        if row.int("answered") == 1 { marks += "<" }
        if (row.int("attachments") ?? 0) > 0 { marks += "+" }
        if row.int("outgoing") == 1 { marks += ">" }
        if row.said("report") != nil { marks += "~" }
        return marks
    }
}

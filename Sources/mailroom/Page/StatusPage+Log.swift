extension StatusPage {
    /// The newest rows of the log that are about these mailboxes, or about none.
    func log() throws -> HTML {
        let addresses = Dictionary(
            accounts.compactMap { row in row.int("id").map { ($0, row.text("address")) } }, uniquingKeysWith: { $1 })
        let only = accounts.count == 1 ? accounts.first?.int("id") : nil
        let rows = try room.find("log") { query in
            try query.int("account", only)
            try query.text("order", Order.newestFirst("at"))
            try query.int("limit", Self.logRows)
        }.all().filter { row in row.int("account").map { addresses[$0] != nil } ?? true }
        let items: HTML =
            rows.isEmpty ? "<p>The log is empty.</p>" : "<ol class=\"log\">\(rows.map { entry($0, addresses) })</ol>"
        return "<section class=\"card\" aria-label=\"Log\"><h2>Log</h2>\(items)</section>"
    }

    private func entry(_ row: Row, _ addresses: [Int64: String]) -> HTML {
        let account: HTML? = row.int("account").flatMap { id in
            addresses[id].map { "<a href=\"#mailbox-\(id)\">\($0)</a> " }
        }
        let count = row.int("count") ?? 1
        let times: HTML? =
            count > 1
            ? """
            <span class="quiet">\(count) times since \
            <time datetime="\(Moment.utc(row.int("first_at") ?? 0))">\(Moment.text(row.int("first_at")))</time></span>
            """ : nil
        let kind: HTML? = row.said("class").map { " <span class=\"quiet\">[\($0)]</span>" }
        let steps = HTML.steps(row.text("advice"))
        let folded: HTML? = steps.map { "<details><summary>What to do</summary>\($0)</details>" }
        let at = row.int("at") ?? 0
        return """
            <li><p class="when"><time datetime="\(Moment.utc(at))">\(Moment.text(at))</time> \(Self.level(row.text("level"))) \(times)</p>
            <p>\(account)\(row.text("what")): <span dir="auto">\(row.text("message"))</span>\(kind)</p>\
            \(HTML.serverText(row.said("server_text")))\(folded)</li>

            """
    }

    private static func level(_ level: String) -> HTML {
        switch level {
        case "error": "<span class=\"badge red\">error</span>"
        case "warning": "<span class=\"badge yellow\">warning</span>"
        default: "<span class=\"badge none\">\(level)</span>"
        }
    }
}

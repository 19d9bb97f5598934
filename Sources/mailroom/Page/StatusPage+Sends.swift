extension StatusPage {
    /// What was not sent, and what waits, each with its reason.
    func sends(_ account: Row) throws -> HTML? {
        guard let id = account.int("id"), account.int("sends") == 1 else { return nil }
        let failed =
            (account.int("failed") ?? 0) > 0
            ? try list(id, ["failed", "outcome_unknown", "bounced"], account.int("failed") ?? 0, "not sent") : nil
        let waiting =
            (account.int("queued") ?? 0) > 0
            ? try list(id, ["queued", "sending", "retry_wait"], account.int("queued") ?? 0, "waiting to be sent") : nil
        return "\(failed)\(waiting)"
    }

    private func list(_ account: Int64, _ states: [String], _ count: Int64, _ words: HTML) throws -> HTML {
        let rows = try room.find("send") { query in
            try query.int("account", account)
            try query.texts("state.in", states)
            try query.text("order", Order.newestFirst("id"))
            try query.int("limit", Self.sendRows)
        }.all()
        let more = count - Int64(rows.count)
        let rest: HTML? =
            more > 0 ? "<li class=\"quiet\">and \(more) more: mailroom failed and mailroom waiting list them</li>" : nil
        return """
            <details><summary>\(Moment.count(count, "message")) \(words)</summary><ul class="sends">\(rows.map(send))\(rest)</ul></details>
            """
    }

    private func send(_ row: Row) -> HTML {
        let states: [String: HTML] = [
            "failed": "failed", "outcome_unknown": "outcome unknown", "bounced": "came back", "queued": "queued",
            "sending": "being sent", "retry_wait": "tried again",
        ]
        let next: HTML? = row.int("next_attempt").map { ", next attempt \(HTML.time($0))" }
        let held: HTML? = (row.said("held_reason")).map { "<p>Held: \($0)</p>" }
        let reason: HTML? = row.said("reason").map { text in
            let kind: HTML? = row.said("class").map { " <span class=\"quiet\">[\($0)]</span>" }
            return "<p>\(text)\(kind)</p>"
        }
        let to = row.texts("to")
        let others: HTML? = to.count > 1 ? " and \(to.count - 1) more" : nil
        return """
            <li><p><strong dir="auto">\(row.said("subject") ?? "(no subject)")</strong> \
            <span class="quiet">to <bdi>\(to.first ?? "")</bdi>\(others), send \(row.int("id") ?? 0), \
            \(states[row.text("state")] ?? "")\(next)</span></p>\
            \(reason)\(held)\(HTML.serverText(row.said("server_text")))\(HTML.steps(row.text("advice")))</li>
            """
    }
}

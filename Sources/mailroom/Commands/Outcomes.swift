/// What became of sends: waited for, and told recipient by recipient.
enum Outcomes {
    /// Waits for every send and prints each; with JSON one object where `single`, else a list.
    /// - Throws: an exit with 6 where one of them was not sent.
    static func wait(_ room: Room, _ output: Output, _ ids: [Int64], timeout: Double?, single: Bool) throws {
        var rows: [Row] = []
        var allSent = true
        let worker = try room.hasWorker()
        Interrupt.listen(Interrupt.toEnd)
        var progress = Progress(output, "sending")
        defer { progress.clear() }
        for (index, id) in ids.enumerated() {
            if ids.count > 1 { progress.show(index, of: ids.count) }
            var row = try Waiting.send(room, id, timeout: timeout)
            if row["id"] == nil { row = try room.get("send", id) }
            let recipients = try room.find("recipient") { try $0.int("send", id) }.all()
            allSent = allSent && row.text("state") == "sent"
            progress.clear()
            if output.json {
                row["recipients"] = .list(recipients.map(Field.record))
                rows.append(row)
            } else {
                show(output, row, recipients, worker: worker)
                try pace(room, output, row, worker: worker)
                if row.said("held_reason") != nil, let account = row.int("account") {
                    for step in try LoginStep.ofHeld(room, account) { output.line("  -> \(step)") }
                }
            }
        }
        if output.json { single && rows.count == 1 ? output.row(rows[0]) : output.list(rows) }
        if !allSent { throw Ended(exit: .notSent) }
    }

    /// The codes and the text of an answer about a recipient or a send; the codes are left out where the text begins with them anyway.
    static func words(_ recipient: Row) -> String {
        let codes = [recipient.int("smtp").map(String.init), recipient.said("enhanced")].compactMap { $0 }
        guard let text = recipient.said("server_text") else { return codes.joined(separator: " ") }
        return codes.first.map(text.hasPrefix) == true ? text : (codes + [text]).joined(separator: " ")
    }

    /// Of one that limits, or a pause that the server asked for, hold back: why, until when, and what to do.
    static func pace(_ room: Room, _ output: Output, _ row: Row, worker: Bool) throws {
        guard ["queued", "retry_wait"].contains(row.text("state")), row.said("held_reason") == nil,
            let until = row.int("paced_until"), until > Moment.now(), let id = row.int("account")
        else { return }
        let account = try room.status(id)
        let name = Accounts.name(room, account)
        output.line(
            "  " + (paused(account) ?? "the limits of \(name) hold it back until \(Moment.text(until))").oneLine)
        output.line("  -> It goes by itself then" + (worker ? "." : ", once a worker runs: mailroom run"))
        output.line("  -> mailroom pacing \(name) shows the limits that hold.")
    }

    /// That nothing goes from the account for a time, as its server asked; nil where it did not.
    static func paused(_ account: Row) -> String? {
        guard case .record(let sending)? = account["sending"], let until = sending.int("paused_until"),
            until > Moment.now()
        else { return nil }
        return "sending is paused until \(Moment.text(until))" + (sending.said("paused_reason").map { ": \($0)" } ?? "")
    }

    /// - Parameter worker: whether one runs, and so what is put off goes by itself.
    static func show(_ output: Output, _ row: Row, _ recipients: [Row], worker: Bool) {
        let sent = row.text("state") == "sent"
        let mark =
            switch row.text("state") {
            case "sent": output.paint("\u{2713}", .green)
            case "cancelled": output.paint("-", .dim)
            case "queued", "sending", "retry_wait": output.paint("!", .yellow)
            default: output.paint("\u{2717}", .red)
            }
        let kind = row.said("class").map { " [\($0)]" } ?? ""
        output.line(
            "\(mark) send \(row.int("id") ?? 0): \(row.text("state"))\(kind.oneLine)  \(row.text("subject").oneLine)")
        if let reason = row.said("reason") { output.line("  \(reason.oneLine)") }
        // A recipient's own line repeats them with the codes.
        if let server = row.said("server_text"), !recipients.contains(where: { $0.text("server_text") == server }) {
            output.line("  server: \(server.oneLine)")
        }
        for recipient in recipients {
            let words = words(recipient)
            let style: Style =
                switch recipient.text("state") {
                case "accepted": .green
                case "waiting", "deferred": .yellow
                default: .red
                }
            output.line(
                "  \(recipient.text("address").oneLine)  \(output.paint(recipient.text("state"), style))"
                    + (words.isEmpty ? "" : "  \(words.oneLine)"))
        }
        let advice = worker ? row.text("advice") : OptionNames.withoutWorker(row.text("advice"))
        for step in advice.cleanLines { output.line("  -> \(step)") }
        if let next = row.int("next_attempt"), !sent {
            output.line("  next try \(Moment.text(next))" + (worker ? "" : ", once a worker runs: mailroom run"))
        }
        if let held = row.said("held_reason") { output.line("  held: \(held.oneLine)") }
    }
}

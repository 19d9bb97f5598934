import ArgumentParser

struct Status: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show how the accounts are: state, mail, what went wrong and what to do.",
        discussion: """
            --html writes the same, with the log, as one page for a browser: nothing in it is fetched from anywhere. The file \
            is put in place when it is whole, so that a web server may serve it while it is written anew.
            """)

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The account's address or id. Absent: every account.") var address: String?
    @Option(help: ArgumentHelp("The accounts of this company, by its key or id.", valueName: "key"))
    var company: String?
    @Option(help: ArgumentHelp("Write a page for a browser into this file; - is standard output.", valueName: "file"))
    var html: String?

    func validate() throws {
        guard address == nil || company == nil else {
            throw ValidationError("ADDRESS and --company exclude each other")
        }
        guard html != "-" || !common.json else {
            throw ValidationError("--html - and --json both want standard output")
        }
    }

    func run(_ room: Room, _ output: Output) throws {
        if let address {
            let status = try room.status(try Accounts.id(room, address))
            try page(room, [status], output)
            if output.json { return output.row(status) }
            return html == nil ? table([status], room, output) : ()
        }
        var all: [Row] = []
        let company = try company.map { try Companies.id(room, $0) }
        for account in try room.find("account", { try $0.int("company", company) }).all() {
            if let id = account.int("id") { all.append(try room.status(id)) }
        }
        try page(room, all, output)
        if output.json { return output.list(all) }
        guard html == nil else { return }
        all.isEmpty
            ? output.line("no accounts; connect one: mailroom --store FILE connect ADDRESS") : table(all, room, output)
    }

    private func page(_ room: Room, _ accounts: [Row], _ output: Output) throws {
        guard let html else { return }
        let page = try StatusPage(room, accounts).document()
        guard html != "-" else { return Output.write(1, page.markup) }
        try OutputFile.replace(html, with: page.markup)
        output.note("written to \(html.oneLine)")
    }

    private func table(_ accounts: [Row], _ room: Room, _ output: Output) {
        var table = Table([
            .init(title: "ID", right: true), .init(title: "ACCOUNT", gives: true),
            .init(title: "PROVIDER", drops: true), .init(title: "STATE"),
            .init(title: "SYNC"), .init(title: "SEND"), .init(title: "ACTIVITY", drops: true),
            .init(title: "MAIL", right: true), .init(title: "UNSEEN", right: true, drops: true),
            .init(title: "QUEUED", right: true),
            .init(title: "FAILED", right: true), .init(title: "IN STEP", drops: true),
        ])
        for account in accounts {
            let style = Style(colour: account.text("colour"))
            func number(_ name: String) -> String { account.int(name).map(String.init) ?? "" }
            table.add(
                [
                    .init(number("id")), .init(account.text("address")),
                    .init(account.text("provider")), .init(account.text("state"), style),
                    health(account.text("sync_health")), health(account.text("send_health")),
                    .init(activity(account)), .init(number("messages")), .init(number("unseen")),
                    .init(number("queued")), .init(number("failed"), (account.int("failed") ?? 0) > 0 ? .red : .plain),
                    .init(Moment.since(account.int("last_success"))),
                ], beneath: beneath(account, room))
        }
        table.print(output)
    }

    private func health(_ health: String) -> Table.Cell {
        Table.Cell(health, health == "failing" ? .red : health == "ok" ? .green : .dim)
    }

    private func activity(_ account: Row) -> String {
        guard let done = account.int("done"), account.text("activity") != "idle" else {
            return account.text("activity")
        }
        let total = account.int("total")
        guard done > 0 || total != nil else { return account.text("activity") }
        return "\(account.text("activity")) \(done)" + (total.map { "/\($0)" } ?? "")
    }

    /// What the limits hold back: until when, and when the last will have gone.
    private static func pace(_ account: Row, _ sending: Row) -> [Table.Cell] {
        if let paused = Outcomes.paused(account) { return [.init(paused, .yellow)] }
        guard let last = sending.int("last_at"), last > Moment.now() + 600_000 else { return [] }
        return [
            .init("the last of the queued mail goes by \(Moment.text(last)), as its times and the limits stand", .dim)
        ]
    }

    /// The sentences under an account: why, in the server's words, and what to do.
    private func beneath(_ account: Row, _ room: Room) -> [Table.Cell] {
        var lines: [Table.Cell] = []
        if let reason = account.said("reason") {
            let kind = account.said("class").map { " [\($0)]" } ?? ""
            let cause = account.said("cause").map { " (\($0))" } ?? ""
            lines.append(.init(reason + kind + cause, Style(colour: account.text("colour"))))
        }
        if let server = account.said("server_text") { lines.append(.init("server: " + server, .dim)) }
        for step in account.text("advice").cleanLines { lines.append(.init("-> " + Worker.spelled(step, room))) }
        if account.text("state") == "enabled", account.text("sync_health") == "none",
            account.text("send_health") == "none"
        {
            let steps =
                account.text("auth") == "password" || account.int("token_refreshed") != nil
                ? ["mailroom reconnect \(Accounts.name(room, account))"]
                : LoginStep.of(room, account, cause: account.text("cause"))
            for step in steps { lines.append(.init("-> " + step)) }
        }
        if LoginStep.concerns(account), ["error", "connection_issue"].contains(account.text("state")) {
            for step in LoginStep.of(room, account, cause: account.text("cause")) { lines.append(.init("-> " + step)) }
        }
        if let next = account.int("next_attempt"), account.text("state") == "error" {
            let time = next > Moment.now() ? "in \(Moment.span(next - Moment.now()))" : "now"
            lines.append(
                .init("next try \(time)" + (Worker.isSeen(account) ? "" : ", once a worker runs: mailroom run")))
        }
        if (account.int("queued") ?? 0) > 0, account.said("held_reason") == nil, !Worker.isSeen(account),
            !Worker.isMissedByMail(account)
        {
            lines.append(.init("queued mail waits for a worker: mailroom run", .yellow))
        }
        if case .record(let sending)? = account["sending"] { lines += Self.pace(account, sending) }
        if let held = account.said("held_reason") { lines.append(.init("queued mail is held: " + held, .yellow)) }
        if let leftOut = account.int("left_out"), leftOut > 0 {
            lines.append(
                .init(
                    "\(Moment.count(leftOut, "message")) on the server \(leftOut == 1 ? "is" : "are") not kept: "
                        + "mailroom policy \(account.text("address")) says by which rule", .dim))
        }
        for line in account.text("auth_note").cleanLines { lines.append(.init(line, .yellow)) }
        if let stalled = account.int("stalled_since") {
            lines.append(.init("no progress since \(Moment.text(stalled))", .yellow))
        }
        if let stale = account.int("stale_since") {
            let worker =
                account.int("worker_seen_at").map { "a worker was last seen \(Moment.since($0))" }
                ?? "no worker runs on this store"
            let what = Worker.isMissedByMail(account) ? "mail could have gone at" : "not confirmed since"
            lines.append(.init("\(what) \(Moment.text(stale)); \(worker)", .yellow))
        }
        return lines
    }
}

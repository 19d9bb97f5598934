/// The settings page of a CRM as one file: every mailbox with its state, and the log beneath. No script, no font and no image
/// is fetched from anywhere; it is the same in every browser, light or dark, on a phone or a desk.
struct StatusPage {
    let room: Room
    /// Each account's row, as `mr_status` gives it.
    let accounts: [Row]
    private let causes: [String: Row]
    private let companies: [Int64: Row]

    /// How many rows of the log, and how many sends of one mailbox, are shown at most.
    static let logRows: Int64 = 200
    static let sendRows: Int64 = 20

    init(_ room: Room, _ accounts: [Row]) throws {
        self.room = room
        self.accounts = accounts.sorted { Self.rank($0) < Self.rank($1) }
        causes = Dictionary(try room.find("cause").all().map { ($0.text("code"), $0) }, uniquingKeysWith: { $1 })
        companies = Dictionary(
            try room.find("company").all().compactMap { row in row.int("id").map { ($0, row) } },
            uniquingKeysWith: { $1 })
    }

    func cause(_ code: String) -> Row? { causes[code] }

    func company(_ account: Row) -> Row? { account.int("company").flatMap { companies[$0] } }

    /// What wants somebody's hand comes first.
    private static func rank(_ account: Row) -> (Int, Int, String) {
        let states = ["error", "connection_issue", "pending", "enabled", "disconnected"]
        return (
            states.firstIndex(of: account.text("state")) ?? states.count, account.int("stale_since") == nil ? 1 : 0,
            account.text("address")
        )
    }

    func document() throws -> HTML {
        let now = Moment.now()
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="no-referrer">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
            <link rel="icon" href="data:,">
            <title>Mailboxes</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <header class="top">
            <h1>Mailboxes</h1>
            <p class="quiet">As of <time datetime="\(Moment.utc(now))">\(Moment.text(now))</time> \(Moment.zone(now))</p>
            \(summary())
            \(worker())
            </header>
            <main>
            \(companyCards())
            <section class="mailboxes" aria-label="Mailboxes">
            \(try accounts.map(mailbox))
            </section>
            \(try log())
            </main>
            <footer class="quiet">Mailroom \(Version.text)</footer>
            </body>
            </html>

            """
    }

    /// How many mailboxes are in which state.
    private func summary() -> HTML {
        guard !accounts.isEmpty else { return "<p>No mailbox is connected.</p>" }
        let counts = MailboxState.all.compactMap { state -> HTML? in
            let count = accounts.count { $0.text("state") == state.name }
            return count > 0 ? "<li>\(state.badge) \(count)</li>" : nil
        }
        return "<ul class=\"summary\">\(counts)</ul>"
    }

    /// Whether anybody works on this store; nothing goes by itself where nobody does.
    private func worker() -> HTML? {
        guard !accounts.isEmpty else { return nil }
        let seen = accounts.compactMap { $0.int("worker_seen_at") }.max()
        if let seen, Moment.now() - seen < 30_000 {
            return "<p class=\"quiet\">A worker runs on this store; it last showed life \(Moment.since(seen)).</p>"
        }
        let last: HTML = seen.map { "The last one showed life \(HTML.time($0))." } ?? ""
        let cause = causes["worker.none"]
        return """
            <div class="notice" role="status"><p><strong>\(cause?.said("title") ?? "No worker is running"):</strong> nothing is \
            synced or sent by itself. \(last)</p>\
            \(HTML.steps(Worker.spelled(cause?.said("advice") ?? "Start one: mailroom --store FILE run", room)))</div>
            """
    }

    private func companyCards() -> HTML? {
        let shown = Set(accounts.compactMap { $0.int("company") })
        let rows = companies.values.filter { shown.contains($0.int("id") ?? 0) }
            .sorted { ($0.text("name"), $0.text("key")) < ($1.text("name"), $1.text("key")) }
        guard !rows.isEmpty else { return nil }
        let items = rows.map { row -> HTML in
            let name = row.said("name") ?? row.text("key")
            let limit = row.int("mailboxes").map { "of \($0)" } ?? "without a limit"
            let pending = row.int("pending") ?? 0
            let used = Moment.count(row.int("running") ?? 0, "mailbox", "mailboxes")
            let waiting: HTML? = pending > 0 ? ", \(pending) waiting for a place" : nil
            let note: HTML? = row.said("note").map { "<br>\($0)" }
            return """
                <li><strong dir="auto">\(name)</strong>: \(used) in use \(limit)\(waiting)\
                \(note)</li>
                """
        }
        return
            "<section class=\"card\" aria-label=\"Companies\"><h2>Companies</h2><ul class=\"plain\">\(items)</ul></section>"
    }
}

/// A state of a mailbox as the page shows it: a sign and a word, so that nobody needs the colour.
struct MailboxState {
    let name: String
    let sign: HTML
    let word: HTML
    let colour: HTML

    static let all = [
        MailboxState(name: "error", sign: "!", word: "Error", colour: "red"),
        MailboxState(name: "connection_issue", sign: "\u{2715}", word: "Connection issue", colour: "grey"),
        MailboxState(name: "pending", sign: "\u{2026}", word: "Pending", colour: "yellow"),
        MailboxState(name: "enabled", sign: "\u{2713}", word: "Enabled", colour: "green"),
        MailboxState(name: "disconnected", sign: "\u{2013}", word: "Disconnected", colour: "none"),
    ]

    static func of(_ account: Row) -> MailboxState {
        all.first { $0.name == account.text("state") }
            ?? MailboxState(name: "", sign: "?", word: "\(account.text("state"))", colour: "none")
    }

    var badge: HTML { "<span class=\"badge \(colour)\"><span aria-hidden=\"true\">\(sign)</span> \(word)</span>" }
}

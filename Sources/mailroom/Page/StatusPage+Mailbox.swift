extension StatusPage {
    /// One mailbox: its state and why, what to do, and how it is.
    func mailbox(_ account: Row) throws -> HTML {
        let state = MailboxState.of(account)
        let since: HTML? = account.int("since").map { " <span class=\"quiet\">since \(HTML.time($0))</span>" }
        return """
            <article class="card mailbox \(state.colour)" id="mailbox-\(account.int("id") ?? 0)">
            <h2 dir="auto">\(account.text("address"))</h2>
            <p>\(state.badge)\(since)</p>
            \(why(account))
            \(stale(account))
            \(outlook(account))
            \(facts(account))
            \(try sends(account))
            </article>

            """
    }

    /// The reason, its explanation, the server's words, and the steps.
    private func why(_ account: Row) -> HTML? {
        let cause = account.said("cause").flatMap(cause)
        let reason: HTML? = account.said("reason").map { "<p class=\"why\">\($0)</p>" }
        let title = account.said("title") ?? cause?.said("title")
        let explanation: HTML? = cause?.said("explanation").map { text in
            let title: HTML? = title.flatMap { $0 == account.said("reason") ? nil : "<strong>\($0).</strong> " }
            return "<p>\(title)\(text)</p>"
        }
        let who: HTML? = cause.flatMap { Self.who($0.text("who")) }
        return """
            \(reason)\(HTML.serverText(account.said("server_text")))\(explanation)\
            \(HTML.steps(Worker.spelled(account.text("advice"), room)))\(who)
            """
    }

    private static func who(_ who: String) -> HTML? {
        let sentences: [String: HTML] = [
            "user": "The mailbox's owner can mend it.", "administrator": "An administrator can mend it.",
            "provider": "The provider has to mend it.", "nobody": "It passes by itself.",
        ]
        return sentences[who].map { "<p class=\"quiet\">\($0)</p>" }
    }

    /// Green is not said in silence of a mailbox that nobody looks at.
    private func stale(_ account: Row) -> HTML? {
        guard let stale = account.int("stale_since") else { return nil }
        guard !Worker.isMissedByMail(account) else {
            return "<p class=\"notice\"><strong>Mail waits</strong> that could have gone at \(HTML.time(stale)).</p>"
        }
        return """
            <p class="notice"><strong>Not confirmed</strong> to be in step with the server since \(HTML.time(stale)).</p>
            """
    }

    /// What the provider has announced for this kind of login.
    private func outlook(_ account: Row) -> HTML? {
        guard let note = account.said("auth_note") else { return nil }
        let ends: HTML? = account.int("auth_ends").map { "<strong>Until \(HTML.time($0)).</strong> " }
        return "<p class=\"notice\">\(ends)\(note)</p>"
    }

    private func facts(_ account: Row) -> HTML {
        func number(_ name: String) -> Int64 { account.int(name) ?? 0 }
        var facts: [HTML] = []
        func add(_ title: HTML, _ value: HTML?) {
            if let value { facts.append("<div><dt>\(title)</dt><dd>\(value)</dd></div>") }
        }
        add("Receiving", Self.health(account.text("sync_health"), number("receives") == 1, "receive"))
        add("Sending", Self.health(account.text("send_health"), number("sends") == 1, "send"))
        add("Activity", activity(account))
        add(
            "Mail",
            "\(Moment.count(number("messages"), "message")), \(number("unseen")) unread, in \(Moment.count(number("folders"), "folder"))"
        )
        if number("left_out") > 0 {
            add("Left out", "\(Moment.count(number("left_out"), "message")) by a policy or as internal mail")
        }
        if number("unmatched") > 0 {
            add("Without author or recipient", "\(Moment.count(number("unmatched"), "message"))")
        }
        add("Queue", queue(account))
        add(
            "Not sent",
            number("failed") > 0
                ? "<strong class=\"bad\">\(Moment.count(number("failed"), "message"))</strong>" : "none")
        add("Last success", account.int("last_success").map(HTML.time) ?? "never")
        add("Last attempt", account.int("last_attempt").map(HTML.time))
        add("Next attempt", next(account))
        add("Login", Self.login(account))
        add("Billing", number("billing_enabled") == 1 ? "on" : "off")
        add("Company", company(account).map { "\($0.said("name") ?? $0.text("key"))" })
        add("User", account.said("user_key").map { "\($0)" })
        add("Provider", "\(account.text("provider"))")
        add("Note", account.said("note").map { "\($0)" })
        return "<dl>\(facts)</dl>"
    }

    /// The kind of login by access tokens, and until when the present one is good.
    private static func login(_ account: Row) -> HTML? {
        guard account.text("auth") != "password" else { return nil }
        let token: HTML? = account.int("token_expires").map { end in
            end > Moment.now() ? ", access token until \(HTML.time(end))" : ", access token ran out \(HTML.time(end))"
        }
        return "\(account.text("auth"))\(token)"
    }

    private static func health(_ health: String, _ used: Bool, _ verb: HTML) -> HTML {
        switch health {
        case "ok": "<span class=\"good\"><span aria-hidden=\"true\">\u{2713}</span> works</span>"
        case "failing": "<strong class=\"bad\"><span aria-hidden=\"true\">!</span> failing</strong>"
        default: used ? "not known yet" : "does not \(verb)"
        }
    }

    private func activity(_ account: Row) -> HTML {
        let words = [
            "idle": "idle", "first_sync": "first sync", "syncing": "syncing", "waiting": "waiting for its turn",
        ]
        var activity: HTML = "\(words[account.text("activity")] ?? account.text("activity"))"
        if account.text("activity") != "idle", let done = account.int("done") {
            if let total = account.int("total"), total > 0 {
                activity += """
                    , \(done) of \(total)<progress max="\(total)" value="\(min(done, total))">\(done) of \(total)</progress>
                    """
            } else if done > 0 {
                activity += ", \(done)"
            }
        }
        if let stalled = account.int("stalled_since") {
            activity += "<br><strong class=\"bad\">no progress since \(HTML.time(stalled))</strong>"
        }
        return activity
    }

    /// What waits in the queue, and why it does where it is held.
    private func queue(_ account: Row) -> HTML? {
        guard account.int("sends") == 1 else { return nil }
        let queued = account.int("queued") ?? 0
        var words: HTML = queued > 0 ? "\(Moment.count(queued, "message")) waiting" : "empty"
        if queued > 0, let held = account.said("held_reason") {
            words += "<br><strong class=\"bad\">held:</strong> \(held)"
        }
        if queued > 0, account.said("held_reason") == nil, !Worker.isSeen(account) {
            words += "<br>no worker runs: it goes once one does"
        }
        if case .record(let sending)? = account["sending"] {
            if let until = sending.int("paused_until") {
                words += "<br>paused until \(HTML.time(until)): \(sending.text("paused_reason"))"
            }
            if queued > 0, Worker.isSeen(account), let last = sending.int("last_at") {
                words += "<br>the last goes by \(HTML.time(last))"
            }
        }
        return words
    }

    private func next(_ account: Row) -> HTML? {
        if let next = account.int("next_attempt") { return HTML.time(next) }
        switch account.text("state") {
        case "error": return "none: reconnect it"
        case "connection_issue": return "none until it is reconnected"
        case "disconnected": return "none: it is disconnected"
        case "pending": return "none until its company has a place"
        default: return nil
        }
    }
}

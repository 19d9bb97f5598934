import ArgumentParser
import CMailroom

/// Whether a change is left to a worker or made on the server now.
struct WishOptions: ParsableArguments {
    @Flag(help: "Make it on the server now, by a sync, and say what became of it.") var wait = false
    @Option(help: ArgumentHelp("How long to wait, in seconds; else for ever.", valueName: "s")) var timeout: Double?
}

/// Changes of messages: stored, and made on the server at once or by a worker.
enum Wishes {
    /// Does `change` for every message, and says what is wished of them. Nothing is changed where `check` refuses one of
    /// them, or one is not there.
    /// - Throws: an exit with 1 where one was waited for and not made.
    static func make(
        _ room: Room, _ output: Output, _ options: WishOptions, _ messages: [Int64],
        check: (Int64) throws -> Void = { _ in }, _ change: (Int64) throws -> Void
    ) throws {
        try Waiting.deadline(options.timeout)
        for message in messages {
            do { _ = try room.get("message", message) } catch let failure as LibraryError {
                throw failure.advising("Nothing was changed. mailroom messages lists the ids.")
            }
            try check(message)
        }
        var changed: [Int64] = []
        for message in messages {
            do { try change(message) } catch let failure as LibraryError {
                guard !changed.isEmpty else { throw failure }
                let list = changed.map(String.init).joined(separator: ", ")
                throw failure.advising(
                    "These were changed before it failed: \(list). Message \(message) was not, nor was what follows it."
                )
            }
            changed.append(message)
        }
        try tell(room, output, options, messages)
    }

    static func tell(_ room: Room, _ output: Output, _ options: WishOptions, _ messages: [Int64]) throws {
        var wishes: [Row] = []
        for message in messages {
            wishes += try room.find("wish") { query in
                try query.int("message", message)
                try query.text("state", "open")
            }.all()
        }
        if options.wait { wishes = try made(room, output, options, wishes) }
        if output.json {
            output.list(wishes)
        } else {
            if wishes.isEmpty { output.line("nothing to change: it is so already") }
            for wish in wishes { show(output, wish) }
            if !options.wait, !wishes.isEmpty {
                output.note("  a worker makes it on the server (mailroom --store FILE run), or the next sync")
            }
        }
        if options.wait, wishes.contains(where: { $0.text("state") != "done" }) { throw Ended(exit: .failed) }
    }

    /// Syncs the accounts, and gives the wishes as they are then.
    private static func made(
        _ room: Room, _ output: Output, _ options: WishOptions, _ wishes: [Row]
    ) throws -> [Row] {
        for account in Set(wishes.compactMap { $0.int("account") }).sorted() {
            let title = try room.get("account", account).text("address")
            _ = try Waiting.job(
                try room.sync(account, folder: nil), output, title: title, timeout: options.timeout)
        }
        return try wishes.map { try room.get("wish", $0.int("id") ?? 0) }
    }

    private static func show(_ output: Output, _ wish: Row) {
        let state = wish.text("state")
        let mark = state == "lost" ? output.paint("\u{2717}", .red) : output.paint("\u{2713}", .green)
        let said = state == "open" ? "wished" : state
        output.line("\(mark) message \(wish.int("message") ?? 0): \(wish.text("kind")) \(said)")
        if let reason = wish.said("reason") { output.line("  \(reason.oneLine)") }
        if let server = wish.said("server_text") { output.line("  server: \(server.oneLine)") }
    }

    /// The folder with this name in the one account that has the message, or in the one that was given.
    static func folder(_ room: Room, _ message: Int64, _ path: String, account: Int64?) throws -> Int64 {
        let places = try room.find("place") { query in
            try query.int("message", message)
            try query.int("account", account)
        }.all()
        let accounts = Set(places.compactMap { $0.int("account") })
        guard let holder = accounts.first else { throw ToolError(.notFound, "message \(message) is in no folder") }
        guard accounts.count == 1 else {
            throw ToolError(
                .usage, "message \(message) is in several accounts", advice: "Say in which, with --account.")
        }
        return try FolderName.id(room, holder, path)
    }
}

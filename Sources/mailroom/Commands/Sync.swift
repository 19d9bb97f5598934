import ArgumentParser

struct Sync: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the store in step with the server: one account, or all that are not disconnected.",
        discussion: """
            With ADDRESS the JSON is one object: account, address and the counts, or error. Without it, a list of \
            those, and one account's failure does not stop the others; the exit status is the first failure's. An account that \
            waits for a place in its company is passed over (pending = 1).
            """)

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The account's address or id. Absent: every account.") var address: String?
    @Option(help: ArgumentHelp("This folder alone.", valueName: "path")) var folder: String?
    @Option(help: ArgumentHelp("How long to wait, in seconds; else for ever.", valueName: "s")) var timeout: Double?

    func run(_ room: Room, _ output: Output) throws {
        if let address {
            let account = try Accounts.find(room, address)
            let result = try sync(room, output, account)
            return output.json ? output.row(result) : show(output, result)
        }
        let accounts = try room.find("account").all().filter {
            $0.text("state") != "disconnected" && $0.int("receives") != 0
        }
        var results: [Row] = []
        var first: Exit?
        for account in accounts {
            if account.text("state") == "pending" {
                results.append(passed(account, output))
                continue
            }
            do {
                let result = try sync(room, output, account)
                results.append(result)
                if !output.json { show(output, result) }
            } catch {
                let (exit, row) = try failure(error, account, output, works: try room.hasWorker())
                first = first ?? exit
                results.append(row)
            }
        }
        if output.json { output.list(results) }
        if accounts.isEmpty, !output.json { output.line("no account to sync") }
        if let first { throw Ended(exit: first) }
    }

    /// One that waits for a place is no failure of the sync: nobody may work on it.
    private func passed(_ account: Row, _ output: Output) -> Row {
        output.note("\u{2026} \(account.text("address").oneLine)  passed over: it waits for a place in its company")
        var row = Row()
        row["account"] = account["id"]
        row["address"] = account["address"]
        row["pending"] = .int(1)
        return row
    }

    private func sync(_ room: Room, _ output: Output, _ account: Row) throws -> Row {
        let result = try FolderName.using(room, account, folder) { path in
            do {
                let job = try room.sync(account.int("id") ?? 0, folder: path)
                return try Waiting.job(job, output, title: account.text("address"), timeout: timeout)
            } catch let failure as LibraryError { throw failure.namingLogin(room, account) }
        }
        var row = Row()
        row["account"] = account["id"]
        row["address"] = account["address"]
        for field in result.fields { row[field.name] = field.value }
        return row
    }

    private func show(_ output: Output, _ row: Row) {
        func count(_ name: String) -> Int64 { row.int(name) ?? 0 }
        var text = "\(output.paint("\u{2713}", .green)) \(row.text("address").oneLine)  \(count("messages")) new"
        text +=
            ", \(count("flags")) with other flags, \(count("gone")) gone, \(Moment.count(count("folders"), "folder"))"
        if count("bytes") > 0 { text += ", \(Moment.size(count("bytes")))" }
        output.line(text)
    }

    /// One account's failure: said at once, and kept for the JSON.
    private func failure(_ error: Error, _ account: Row, _ output: Output, works: Bool) throws -> (Exit, Row) {
        let exit: Exit
        let words: Row
        switch error {
        case let failure as LibraryError:
            exit = Exit(result: failure.result)
            words = works ? failure.row : failure.advised(OptionNames.withoutWorker).row
        case let failure as ToolError: (exit, words) = (failure.exit, failure.row)
        default: throw error
        }
        // Some messages begin with the address themselves.
        let address = account.text("address").oneLine
        let message = words.text("message").oneLine
        output.note(
            "\u{2717} \(address)  \(message.hasPrefix(address + " ") ? String(message.dropFirst(address.count + 1)) : message)"
        )
        if let server = words.said("server_text") { output.note("  server: \(server.oneLine)") }
        for line in words.text("advice").cleanLines { output.note("  -> \(line)") }
        var row = Row()
        row["account"] = account["id"]
        row["address"] = account["address"]
        row["error"] = .record(words)
        return (exit, row)
    }
}

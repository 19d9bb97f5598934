import ArgumentParser

struct Audit: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare every message of the server with the store, and say what is missing.",
        discussion: """
            It asks the server anew and believes nothing of earlier syncs. The exit status is 1 where a message is missing, \
            the store has one that the server has not, flags differ, or a folder could not be read. What a policy leaves \
            out is counted apart.
            """)

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The account's address or id.") var address: String
    @Option(help: ArgumentHelp("This folder alone.", valueName: "path")) var folder: String?
    @Flag(help: "Sync at once what differs, and compare again.") var heal = false
    @Option(help: ArgumentHelp("How long to wait, in seconds; else for ever.", valueName: "s")) var timeout: Double?

    /// Differences that people are shown one by one; JSON has all that the library gives.
    private static let mostShown = 50

    func run(_ room: Room, _ output: Output) throws {
        let account = try Accounts.find(room, address)
        let result = try FolderName.using(room, account, folder) { path in
            let job = try room.audit(account.int("id") ?? 0, folder: path, heal: heal)
            return try Waiting.job(job, output, title: "Auditing \(account.text("address"))", timeout: timeout)
        }
        if output.json { output.row(result) } else { show(result, account, output) }
        let counts = ["missing", "extra", "flags", "failed_folders"].map { result.int($0) ?? 0 }
        if counts.contains(where: { $0 > 0 }) { throw Ended(exit: .failed) }
    }

    private func show(_ result: Row, _ account: Row, _ output: Output) {
        var table = Table([
            .init(title: "FOLDER", gives: true), .init(title: "ON SERVER", right: true),
            .init(title: "STORED", right: true), .init(title: "MISSING", right: true),
            .init(title: "EXTRA", right: true), .init(title: "FLAGS", right: true),
            .init(title: "LEFT OUT", right: true), .init(title: "NOT GIVEN", right: true),
        ])
        for folder in result.rows("folders") {
            func cell(_ name: String, bad: Bool = false) -> Table.Cell {
                let number = folder.int(name)
                return .init(number.map(String.init) ?? "", bad && (number ?? 0) > 0 ? .red : .plain)
            }
            table.add(
                [
                    .init(folder.text("folder")), cell("server"), cell("stored"), cell("missing", bad: true),
                    cell("extra", bad: true), cell("flags", bad: true), cell("skipped"), cell("quarantined"),
                ], beneath: folder.said("reason").map { [.init("not read: \($0)", .red)] } ?? [])
        }
        table.print(output)
        let items = result.rows("items")
        if !items.isEmpty { output.line() }
        for item in items.prefix(Self.mostShown) { show(item, output) }
        func count(_ name: String) -> Int64 { result.int(name) ?? 0 }
        let all = count("missing") + count("extra") + count("flags")
        let shown = Int64(min(items.count, Self.mostShown))
        if all > shown { output.line("  ... and \(all - shown) more\(items.count > Self.mostShown ? ": --json" : "")") }
        if !items.isEmpty { output.line() }
        let isClean = all + count("failed_folders") == 0
        let mark = isClean ? output.paint("\u{2713}", .green) : output.paint("\u{2717}", .red)
        output.line(
            "\(mark) \(account.text("address").oneLine): \(Moment.count(count("server"), "message")) on the server, "
                + "\(count("missing")) missing, \(count("extra")) extra, \(count("flags")) with other flags")
        let off = result.texts("not_synced")
        if !off.isEmpty { output.line("  not synced, so not compared: \(off.map(\.oneLine).joined(separator: ", "))") }
        if all > 0 { output.line("  -> mailroom sync \(account.text("address").oneLine) compares all of it and heals") }
    }

    private func show(_ item: Row, _ output: Output) {
        let what = item.text("what")
        var line =
            "  \(output.paint(what, what == "missing" ? .red : .yellow))  \(item.text("folder").oneLine) \(item.text("ref").oneLine)"
        if let id = item.said("message_id") { line += "  <\(id.oneLine)>" }
        if what == "flags" {
            func names(_ name: String) -> String {
                let flags = item.texts(name)
                return flags.isEmpty ? "none" : flags.joined(separator: " ").oneLine
            }
            line += "  server: \(names("server_flags")), store: \(names("store_flags"))"
        }
        output.line(line)
    }
}

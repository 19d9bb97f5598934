import ArgumentParser

struct Verify: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send a test message round a mailbox, and say how long each step took.",
        discussion: """
            It puts a small message into the folder, waits until the store shows it, flags it on the server, waits until the \
            store shows the flag, and deletes it. Of a message that the mailbox does not keep (internal mail, a policy) it is enough that \
            the store knows of it. Where a worker runs, it is the worker's sync that is waited for. The exit \
            status is 7 where all of that took longer than --within.
            """)

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The account's address or id.") var address: String
    @Option(help: ArgumentHelp("In this folder; else in the inbox.", valueName: "path")) var folder: String?
    @Option(help: ArgumentHelp("So many seconds are allowed.", valueName: "s")) var within: Double = 60

    func run(_ room: Room, _ output: Output) throws {
        guard within >= 1, within <= 3600 else { throw ToolError(.usage, "--within: seconds from 1 to 3600") }
        let account = try Accounts.find(room, address)
        let result = try FolderName.using(room, account, folder) { path in
            let job = try room.verify(account.int("id") ?? 0, folder: path, withinMs: Int64(within * 1000))
            return try Waiting.job(job, output, title: "Verifying \(account.text("address"))", timeout: nil)
        }
        if output.json { output.row(result) } else { show(result, account, output) }
        if result.int("ok") != 1 { throw Ended(exit: .timedOut) }
    }

    private func show(_ result: Row, _ account: Row, _ output: Output) {
        for step in result.rows("steps") {
            let isOK = step.int("ok") == 1
            let mark = isOK ? output.paint("\u{2713}", .green) : output.paint("\u{2717}", .red)
            let name = step.text("step").padded(14, right: false)
            let note = step.said("note").map { "  \($0.oneLine)" } ?? ""
            output.line("  \(mark) \(name)\(Self.seconds(step.int("ms") ?? 0))\(note)")
        }
        let isOK = result.int("ok") == 1
        let mark = isOK ? output.paint("\u{2713}", .green) : output.paint("\u{2717}", .red)
        output.line(
            "\(mark) \(account.text("address").oneLine), \(result.text("folder").oneLine): there and back in "
                + "\(Self.seconds(result.int("took_ms") ?? 0)), \(Self.seconds(result.int("within_ms") ?? 0)) allowed")
        if let note = result.said("note") { output.line("  \(note.oneLine)") }
        if let reason = result.said("reason") { output.line("  \(reason.oneLine)") }
        for line in result.text("advice").cleanLines { output.line("  -> \(line)") }
        if result.int("worker") != 1 {
            output.line("  no worker runs on this store: this command synced itself; mailroom run is one")
        }
    }

    private static func seconds(_ milliseconds: Int64) -> String {
        let tenths = milliseconds % 1000 / 100
        return "\(milliseconds / 1000).\(tenths) s"
    }
}

import ArgumentParser

/// Takes away what nobody wants to see or to resend any more.
struct Remove: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Remove sends that have ended, or a batch with all of its sends: content, reason and history.",
        discussion: "What waits is cancelled first. Mail in the mailbox, the copy in Sent too, is not touched.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The ids that failed and sends give.") var ids: [Int64] = []
    @Option(help: ArgumentHelp("This batch, with all of its sends.", valueName: "id")) var batch: Int64?

    func validate() throws {
        guard ids.isEmpty != (batch == nil) else { throw ValidationError("give the ids to remove, or --batch ID") }
    }

    func run(_ room: Room, _ output: Output) throws {
        if let batch {
            let row = try room.get("batch", batch)
            try room.remove("batch", batch)
            if output.json { return output.row(row) }
            return output.line("removed: batch \(batch) with \(Moment.count(row.int("total") ?? 0, "send"))")
        }
        let rows = try ids.map { try room.get("send", $0) }
        for row in rows where ["queued", "sending", "retry_wait"].contains(row.text("state")) {
            let id = row.int("id") ?? 0
            throw ToolError(
                .usage, "send \(id) has not ended: it is \(row.text("state"))",
                advice: "mailroom cancel \(id) takes it back.")
        }
        for id in ids { try room.remove("send", id) }
        if output.json { return output.list(rows) }
        output.line("removed: \(Cancel.list(ids))")
    }
}

import ArgumentParser

struct Cancel: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take back what has not gone yet: single messages, or the rest of a batch.",
        discussion: "What is on the wire just now ends as it ends. resend sends a cancelled message after all.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The ids that send and waiting give.") var ids: [Int64] = []
    @Option(help: ArgumentHelp("What has not gone of this batch.", valueName: "id")) var batch: Int64?

    func validate() throws {
        guard ids.isEmpty != (batch == nil) else { throw ValidationError("give the ids to cancel, or --batch ID") }
    }

    func run(_ room: Room, _ output: Output) throws {
        if let batch {
            let changes = try Fields()
            try changes.text("state", "cancelled")
            try room.update("batch", batch, changes)
            let row = try room.get("batch", batch)
            if output.json { return output.row(row) }
            return output.line("cancelled: \(row.int("cancelled") ?? 0) of \(row.int("total") ?? 0) of batch \(batch)")
        }
        for id in ids { try room.cancel(id) }
        if output.json { return output.list(try ids.map { try room.get("send", $0) }) }
        output.line("cancelled: \(ids.map(String.init).joined(separator: ", "))")
    }
}

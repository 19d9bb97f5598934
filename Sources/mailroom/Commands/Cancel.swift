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
            do { try room.update("batch", batch, changes) } catch let failure as LibraryError {
                throw failure.withoutField("state")
            }
            let row = try room.get("batch", batch)
            if output.json { return output.row(row) }
            return output.line("cancelled: \(row.int("cancelled") ?? 0) of \(row.int("total") ?? 0) of batch \(batch)")
        }
        // One that cannot be cancelled any more, and nothing is changed.
        let open = ["queued", "retry_wait", "cancelled"]
        let rows = try ids.map { try room.get("send", $0) }
        for row in rows where !open.contains(row.text("state")) { try cancel(room, row) }
        for row in rows { try cancel(room, row) }
        if output.json { return output.list(try ids.map { try room.get("send", $0) }) }
        output.line("cancelled: \(Self.list(ids))")
    }

    /// Some ids each, of many their number.
    static func list(_ ids: [Int64]) -> String {
        ids.count > 20 ? "\(ids.count) sends" : ids.map(String.init).joined(separator: ", ")
    }

    private func cancel(_ room: Room, _ row: Row) throws {
        do { try room.cancel(row.int("id") ?? 0) } catch let failure as LibraryError {
            throw failure.withoutField("send", instead: "send ")
        }
    }
}

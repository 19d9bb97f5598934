import ArgumentParser
import CMailroom

struct Resend: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send failed mail again, to those that have not accepted it yet.",
        discussion:
            "A message whose outcome is unknown goes again only with --accept-duplicate, and --all never takes one.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The ids that failed lists.") var ids: [Int64] = []
    @Flag(help: "Everything that failed.") var all = false
    @Option(help: ArgumentHelp("With --all: of this account alone.", valueName: "address")) var account: String?
    @Option(
        name: .customLong("class"),
        help: ArgumentHelp("With --all: of this class alone, as failed shows it.", valueName: "name"))
    var failureClass: String?
    @Option(help: ArgumentHelp("With --all: of this batch alone.", valueName: "id")) var batch: Int64?
    @Option(help: ArgumentHelp("With --all: what was queued longer ago than that: 90m, 2h, 3d.", valueName: "span"))
    var older: String?
    @OptionGroup(title: "Other content: with one ID") var message: ResendContent
    @Option(
        help: ArgumentHelp(
            "With one ID: another recipient in place of those not yet accepted. Repeatable.", valueName: "address"))
    var to: [String] = []
    @Flag(help: "Send again although the message may have arrived already.") var acceptDuplicate = false
    @Flag(help: "Wait for the outcomes.") var wait = false
    @Option(help: ArgumentHelp("How long to wait for each, in seconds; else for ever.", valueName: "s")) var timeout:
        Double?

    func validate() throws {
        guard all != !ids.isEmpty else { throw ValidationError("give the ids to resend, or --all") }
        for (name, given) in [
            ("account", account != nil), ("class", failureClass != nil), ("batch", batch != nil),
            ("older", older != nil),
        ] where given && !all { throw ValidationError("--\(name) needs --all") }
        guard ids.count == 1 || !message.isGiven else { throw ValidationError("other content needs exactly one ID") }
        guard to.isEmpty || ids.count == 1 else { throw ValidationError("--to needs exactly one ID") }
    }

    func run(_ room: Room, _ output: Output) throws {
        try Waiting.deadline(timeout)
        let sends = all ? try everything(room) : ids
        // One wrong id, and nothing is changed.
        for id in ids { _ = try room.get("send", id) }
        for id in ids {
            let options = try Fields()
            if message.isGiven {
                try options.put("message", try message.record(room, to: to, instead: try room.get("send", id)))
            } else {
                try options.texts("to", to)
            }
            if acceptDuplicate { try options.int("accept_duplicate", 1) }
            do { try room.resend(id, options) } catch let failure as LibraryError {
                guard Int(failure.result) == MR_E_UNKNOWN_OUTCOME else { throw failure }
                throw failure.saying("send \(id) may have arrived already, so it does not go again by itself")
                    .advising("mailroom resend \(id) --accept-duplicate sends it again all the same.")
            }
        }
        if wait, !sends.isEmpty || output.json {
            return try Outcomes.wait(room, output, sends, timeout: timeout, single: false)
        }
        if output.json { return output.list(try sends.map { try room.get("send", $0) }) }
        guard !sends.isEmpty else {
            if let failureClass { try FailureClass.known(room, failureClass) }
            return output.line("nothing to resend")
        }
        output.line("queued again: " + Cancel.list(sends))
        try Worker.tell(room, output)
    }

    /// Queues again whatever fits.
    /// - Returns: the ids of those that failed before; one that was sent meanwhile is among them.
    private func everything(_ room: Room) throws -> [Int64] {
        let account = try account.map { try Accounts.id(room, $0) }
        let before = try older.map { Moment.now() - (try When.span("--older", $0)) }
        let ids = try room.find("send") { query in
            try query.int("account", account)
            try query.text("state", "failed")
            try query.text("class", failureClass)
            try query.int("batch", batch)
            try query.int("created_at.lt", before)
            try query.texts("fields", ["id"])
        }.all().compactMap { $0.int("id") }
        let query = try Fields()
        try query.int("account", account)
        try query.text("class", failureClass)
        try query.int("batch", batch)
        try query.int("before", before)
        _ = try room.resendAll(query)
        return ids
    }
}

/// Another content for a send: all of it.
struct ResendContent: ParsableArguments {
    @Option(help: "Another subject.") var subject: String?
    @Option(help: "Another text.") var text: String?
    @Option(help: ArgumentHelp("Another text from a file; - is standard input.", valueName: "file")) var textFile:
        String?
    @Option(help: ArgumentHelp("Another HTML from a file.", valueName: "file")) var htmlFile: String?
    @Option(help: ArgumentHelp("A file to attach to it. Repeatable.", valueName: "file")) var attach: [String] = []

    var isGiven: Bool { text != nil || textFile != nil || htmlFile != nil }

    func validate() throws {
        guard text == nil || textFile == nil else { throw ValidationError("--text and --text-file exclude each other") }
        guard isGiven || (subject == nil && attach.isEmpty) else {
            throw ValidationError(
                "other content needs its --text, --text-file or --html-file: nothing of the old one stays")
        }
    }

    /// - Parameter send: gives the recipients and the subject where there are no others.
    func record(_ room: Room, to: [String], instead send: Row) throws -> Fields {
        let record = try Fields()
        try record.texts("to", to.isEmpty ? send.texts("to") : to)
        try record.text("subject", subject ?? send.text("subject"))
        try record.text("text", try textFile.map(InputFile.text) ?? text)
        try record.text("html", try htmlFile.map(InputFile.text))
        for path in attach { try record.add("attachments", try InputFile.attachment(room, path)) }
        return record
    }
}

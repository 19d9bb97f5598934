import ArgumentParser

struct Pacing: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show or choose how fast an account, or all accounts with one server, may send.",
        discussion: """
            Without options it shows the limits that hold, and where each comes from. A limit is a number, none (no limit), or \
            default (what is known of the provider). It takes effect with the next message.
            """)

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The account's address or id.") var address: String?
    @Option(help: ArgumentHelp("In place of an account: the server that takes the mail.", valueName: "name"))
    var host: String?
    @Option(help: ArgumentHelp("Messages in any minute.", valueName: "n")) var perMinute: String?
    @Option(help: ArgumentHelp("Messages in any hour.", valueName: "n")) var perHour: String?
    @Option(help: ArgumentHelp("Messages in any 24 hours.", valueName: "n")) var perDay: String?
    @Option(help: ArgumentHelp("Recipients in any minute.", valueName: "n")) var recipientsPerMinute: String?
    @Option(help: ArgumentHelp("Recipients in any hour.", valueName: "n")) var recipientsPerHour: String?
    @Option(help: ArgumentHelp("Recipients in any 24 hours.", valueName: "n")) var recipientsPerDay: String?
    @Option(help: ArgumentHelp("Recipients of one message.", valueName: "n")) var recipientsPerMessage: String?
    @Option(help: ArgumentHelp("The largest message as it goes out, in MB.", valueName: "MB")) var maxSize: String?
    @Flag(help: "Everything as is known of the provider again.") var remove = false

    func validate() throws {
        guard (address == nil) != (host == nil) else {
            throw ValidationError("give an account's ADDRESS, or --host NAME")
        }
    }

    func run(_ room: Room, _ output: Output) throws {
        let account = try address.map { try Accounts.id(room, $0) }
        let there = try row(room, account)
        let given: [(String, String, String?)] = [
            ("messages_minute", "--per-minute", perMinute), ("messages_hour", "--per-hour", perHour),
            ("messages_day", "--per-day", perDay),
            ("recipients_minute", "--recipients-per-minute", recipientsPerMinute),
            ("recipients_hour", "--recipients-per-hour", recipientsPerHour),
            ("recipients_day", "--recipients-per-day", recipientsPerDay),
            ("recipients_message", "--recipients-per-message", recipientsPerMessage),
        ]
        let changes = given.contains { $0.2 != nil } || maxSize != nil
        guard !(remove && changes) else { throw ToolError(.usage, "--remove stands alone") }
        if remove {
            if let id = there?.int("id") { try room.remove("pacing", id) }
        } else if changes {
            let values = try Fields()
            for (field, option, text) in given {
                if let text, let value = try Self.limit(option, text, new: there == nil) {
                    try values.int(field, value)
                }
            }
            if let maxSize, let value = try Self.bytes(maxSize, new: there == nil) { try values.int("max_size", value) }
            if let id = there?.int("id") {
                try room.update("pacing", id, values)
            } else {
                try values.int("account", account)
                try values.text("host", host)
                _ = try room.put("pacing", values)
            }
        }
        guard let account else { return try show(try row(room, nil), output) }
        guard case .record(let sending)? = try room.status(account)["sending"] else {
            throw ToolError(.usage, "\(address?.oneLine ?? "") only receives")
        }
        if output.json { return output.row(sending) }
        show(sending, output)
    }

    private func row(_ room: Room, _ account: Int64?) throws -> Row? {
        try room.find("pacing") { query in
            try query.int("account", account)
            try query.text("host", host?.lowercased())
        }.first()
    }

    /// A server has the limits that were set alone.
    private func show(_ row: Row?, _ output: Output) throws {
        if output.json { return output.row(row ?? Row()) }
        guard let row else { return output.line("no limits are set for \((host ?? "").oneLine)") }
        for field in row.fields where field.name.hasPrefix("messages_") || field.name.hasPrefix("recipients_") {
            if case .int(let limit) = field.value {
                let words = field.name.split(separator: "_")
                output.line(
                    "\(words[0]) \(words[1] == "hour" ? "an" : "a") \(words[1]): \(limit == 0 ? "no limit" : String(limit))"
                )
            }
        }
    }

    private func show(_ sending: Row, _ output: Output) {
        var table = Table([
            .init(title: "LIMIT"), .init(title: "PER"), .init(title: "MOST", right: true),
            .init(title: "USED", right: true), .init(title: "FROM"), .init(title: "SERVER", gives: true),
        ])
        for limit in sending.rows("limits") {
            table.add([
                .init(limit.text("what") == "recipients_message" ? "recipients" : limit.text("what")),
                .init(limit.said("window") ?? "message"),
                .init(
                    limit.text("what") == "size"
                        ? Moment.megabytes(limit.int("limit") ?? 0) : String(limit.int("limit") ?? 0)),
                .init(limit.int("used").map(String.init) ?? ""), .init(limit.text("source")), .init(limit.text("host")),
            ])
        }
        if sending.rows("limits").isEmpty { output.line("no limits hold") } else { table.print(output) }
        let waiting = (sending.int("queued") ?? 0) + (sending.int("retry_wait") ?? 0)
        if waiting > 0 {
            let last = sending.int("last_at").map { ", the last of them by \(Moment.text($0))" } ?? ""
            output.line("\(Moment.count(waiting, "message")) waiting\(last)")
        }
        if let until = sending.int("paused_until") {
            output.line("paused until \(Moment.text(until)): \(sending.text("paused_reason").oneLine)")
        }
    }

    /// - Returns: nil where nothing is to be said.
    private static func limit(_ option: String, _ text: String, new: Bool) throws -> Int64? {
        switch text {
        case "none": return 0
        case "default": return new ? nil : -1
        default:
            guard let limit = Int64(text), limit > 0 else {
                throw ToolError(.usage, "\(option): a number above 0, none or default")
            }
            return limit
        }
    }

    /// MB are 10^6 bytes.
    private static func bytes(_ text: String, new: Bool) throws -> Int64? {
        if ["none", "default"].contains(text) { return try limit("--max-size", text, new: new) }
        guard let megabytes = Double(text), megabytes > 0, megabytes <= 1_000_000 else {
            throw ToolError(.usage, "--max-size: megabytes above 0, none or default")
        }
        return max(1, Int64(megabytes * 1_000_000))
    }
}

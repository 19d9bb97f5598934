import ArgumentParser

struct Policy: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show or choose what is kept of a mailbox.",
        discussion: """
            Without options it shows the policy. A changed policy holds from the next sync on: what is wanted now and was \
            left out is fetched; what is stored stays.
            """)

    enum Keep: String, ExpressibleByArgument, CaseIterable {
        case all, contacts, headers
    }

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The account's address or id.") var address: String
    @Option(help: "all: whole messages. contacts: only mail with the CRM's contacts. headers: without their bodies.")
    var keep: Keep?
    @Option(
        help: ArgumentHelp("Nothing that was received before that day; none: no limit.", valueName: "YYYY-MM-DD"))
    var since: String?
    @Option(help: ArgumentHelp("Larger messages without their bodies; none: no limit.", valueName: "MB"))
    var maxSize: String?
    @Flag(help: "Keep everything again.") var remove = false

    func run(_ room: Room, _ output: Output) throws {
        let account = try Accounts.id(room, address)
        let there = try room.find("policy") { try $0.int("account", account) }.first()
        let changes = keep != nil || since != nil || maxSize != nil
        guard !(remove && changes) else { throw ToolError(.usage, "--remove stands alone") }
        if remove {
            if let id = there?.int("id") { try room.remove("policy", id) }
        } else if changes {
            let values = try Fields()
            try values.text("keep", keep?.rawValue)
            try values.int("since", try since.map { try Day.milliseconds("--since", $0) })
            try values.int("max_size", try maxSize.map(Self.bytes))
            if let id = there?.int("id") {
                try room.update("policy", id, values)
            } else {
                try values.int("account", account)
                _ = try room.put("policy", values)
            }
        }
        let now = try room.find("policy") { try $0.int("account", account) }.first()
        if output.json { return output.row(now ?? Row()) }
        output.line(Self.words(now))
        try tellCompany(room, output, account)
    }

    /// What the policy keeps may be left out all the same: as mail inside the company.
    private func tellCompany(_ room: Room, _ output: Output, _ account: Int64) throws {
        let row = try room.status(account)
        if let company = row.int("company"), let own = try? room.get("company", company),
            own.int("exclude_internal") == 1, !own.texts("domains").isEmpty
        {
            output.line("mail inside the company \(own.text("key").oneLine) is left out (exclude_internal)")
        }
        if let leftOut = row.int("left_out"), leftOut > 0 {
            output.line("\(Moment.count(leftOut, "message")) on the server \(leftOut == 1 ? "is" : "are") not kept")
        }
    }

    private static func words(_ policy: Row?) -> String {
        guard let policy else { return "everything is kept" }
        let kept = ["headers": "headers alone are kept", "contacts": "mail with contacts alone is kept"]
        var words = [kept[policy.text("keep")] ?? "whole messages are kept"]
        if let since = policy.int("since") { words.append("received since \(Moment.text(since))") }
        if let size = policy.int("max_size") { words.append("bodies up to \(size) bytes") }
        return words.joined(separator: ", ")
    }

    /// MB are 10^6 bytes; 0 takes the limit away.
    private static func bytes(_ text: String) throws -> Int64 {
        if text == "none" { return 0 }
        guard let megabytes = Double(text), megabytes > 0, megabytes <= 1_000_000 else {
            throw ToolError(.usage, "--max-size: megabytes above 0, or none")
        }
        return max(1, Int64(megabytes * 1_000_000))
    }
}

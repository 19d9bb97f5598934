import ArgumentParser

struct Folders: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the folders of an account, or choose how one of them is used and synced.",
        discussion: "Choosing needs --set PATH with at least one of the options after it.")

    enum Role: String, ExpressibleByArgument, CaseIterable {
        case inbox, sent, drafts, trash, junk, archive, all, flagged, none
        case server = "default"
    }

    enum Mode: String, ExpressibleByArgument, CaseIterable {
        case push, interval, manual
        case role = "default"
    }

    enum Switch: String, ExpressibleByArgument, CaseIterable {
        case on, off
    }

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The account's address or id.") var address: String
    @Option(help: ArgumentHelp("Change this folder.", valueName: "path")) var set: String?
    @Option(help: "What the folder is for; default: as the server says.") var role: Role?
    @Option(help: "on: keep it up to date. off: do not, and keep what is stored.") var sync: Switch?
    @Option(help: "How it is looked at; default: by its role.") var mode: Mode?
    @Option(help: ArgumentHelp("Seconds between two looks; 0: by its role.", valueName: "s")) var interval: Int64?
    @Option(
        help: ArgumentHelp(
            "Nothing that was received before that day; none: as the account's policy says.", valueName: "YYYY-MM-DD"))
    var since: String?

    func run(_ room: Room, _ output: Output) throws {
        let account = try Accounts.id(room, address)
        let changes = role != nil || sync != nil || mode != nil || interval != nil || since != nil
        guard changes == (set != nil) else {
            throw ToolError(
                .usage, "--set PATH goes with what is to be set: --role, --sync, --mode, --interval, --since")
        }
        if let set { return try change(room, output, account, set) }
        try list(room, output, account)
    }

    private func change(_ room: Room, _ output: Output, _ account: Int64, _ path: String) throws {
        let id = try FolderName.id(room, account, path)
        let values = try Fields()
        try values.text("role", role.map { $0 == .server ? "" : $0.rawValue })
        try values.int("sync", sync.map { $0 == .on ? 1 : 0 })
        try values.text("mode", mode.map { $0 == .role ? "" : $0.rawValue })
        if let interval {
            guard (0...2_592_000).contains(interval) else {
                throw ToolError(.usage, "--interval: seconds up to thirty days")
            }
            try values.int("interval_ms", interval * 1000)
        }
        try values.int("since", try since.map { try Day.milliseconds("--since", $0) })
        let before = try roles(room, account)
        try room.update("folder", id, values)
        let row = try room.get("folder", id)
        if output.json {
            output.row(row)
        } else {
            let role = row.said("role").map { "role \($0)" } ?? "no role"
            let settings = Self.settings(row)
            output.line(
                "\(output.paint("\u{2713}", .green)) \(row.text("path").oneLine)  \(role)"
                    + (settings.isEmpty ? "" : ", sync \(settings)"))
        }
        try tellRoles(room, output, account, id, before)
    }

    /// The folder of each role.
    private func roles(_ room: Room, _ account: Int64) throws -> [String: Row] {
        let folders = try room.find("folder") { try $0.int("account", account) }.all()
        return Dictionary(folders.compactMap { row in row.said("role").map { ($0, row) } }) { first, _ in first }
    }

    /// A role that another folder lost by this, and an inbox that is none any more: nobody may find out by chance.
    private func tellRoles(
        _ room: Room, _ output: Output, _ account: Int64, _ changed: Int64, _ before: [String: Row]
    ) throws {
        let now = try roles(room, account)
        for (role, folder) in before.sorted(by: { $0.key < $1.key }) where now[role]?.int("id") != folder.int("id") {
            if let other = now[role], folder.int("id") != changed {
                output.note(
                    "  \(folder.text("path").oneLine) was the folder for \(role); it is \(other.text("path").oneLine) now"
                )
            } else if now[role] == nil {
                output.note("  no folder has the role \(role) now")
                if role == "inbox" {
                    output.note(
                        "  -> mailroom folders \(address) --set \(folder.text("path").oneLine) --role inbox gives it back"
                    )
                }
            }
        }
    }

    /// The inbox first, then what has a role, then the others, each by its path.
    private static func place(_ folder: Row) -> (Int, String) {
        let role = folder.text("role")
        return (role == "inbox" ? 0 : role.isEmpty ? 2 : 1, folder.text("path"))
    }

    private static func settings(_ row: Row) -> String {
        guard row.int("selectable") != 0 else { return "" }
        guard row.int("synced") == 1 else { return "off" }
        var words: [String] = []
        if let push = row.said("push") { words.append("push (\(push))") }
        if let mode = row.said("mode"), mode != "push" || words.isEmpty { words.append(mode) }
        if let interval = row.int("interval_ms") { words.append("every \(Moment.span(interval))") }
        if words.isEmpty { words.append("on") }
        if let since = row.int("since") { words.append("since \(Moment.text(since))") }
        return words.joined(separator: ", ")
    }

    private func list(_ room: Room, _ output: Output, _ account: Int64) throws {
        let rows = try room.find("folder") { try $0.int("account", account) }
        if output.json { return try output.list(rows) }
        var table = Table([
            .init(title: "FOLDER", gives: true), .init(title: "ROLE"), .init(title: "MAIL", right: true),
            .init(title: "UNSEEN", right: true), .init(title: "ON SERVER", right: true),
            .init(title: "LEFT OUT", right: true, drops: true), .init(title: "IN STEP"),
            .init(title: "SYNC", drops: true),
        ])
        for row in try rows.all().sorted(by: { Self.place($0) < Self.place($1) }) {
            func number(_ name: String) -> String { row.int(name).map(String.init) ?? "" }
            table.add(
                [
                    .init(row.text("path")), .init(row.text("role"), .dim), .init(number("messages")),
                    .init(number("unseen")), .init(number("server_messages")),
                    .init((row.int("left_out") ?? 0) > 0 ? number("left_out") : "", .dim),
                    .init(Moment.since(row.int("synced_at"))),
                    .init(Self.settings(row), .dim),
                ], beneath: row.said("refused").map { [.init("refused: \($0)", .red)] } ?? [])
        }
        table.print(output)
    }
}

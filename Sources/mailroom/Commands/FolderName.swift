import CMailroom

/// From a folder's name, as a person types it, to a folder of the store.
enum FolderName {
    /// The folder with this path; else INBOX in any case; else the one with this role: sent, drafts, trash, junk, archive,
    /// all, flagged or inbox.
    /// - Parameter account: nil: in every account.
    /// - Returns: the folders that it may mean: with an account at most one.
    static func matches(_ room: Room, _ account: Int64?, _ name: String) throws -> [Row] {
        let folders = try room.find("folder") { try $0.int("account", account) }.all()
        let exact = folders.filter { $0.text("path").utf8.elementsEqual(name.utf8) }
        guard exact.isEmpty else { return exact }
        let lowered = name.lowercased()
        let named = folders.filter { lowered == "inbox" && $0.text("path") == "INBOX" }
        return named.isEmpty ? folders.filter { !lowered.isEmpty && $0.text("role") == lowered } : named
    }

    static func find(_ room: Room, _ account: Int64, _ name: String) throws -> Row {
        guard let folder = try matches(room, account, name).first else {
            throw missing(name, try room.get("account", account).text("address"))
        }
        return folder
    }

    static func id(_ room: Room, _ account: Int64, _ name: String) throws -> Int64 {
        try find(room, account, name).int("id") ?? 0
    }

    /// Its path in one account, or in all of them where they have it alike.
    static func path(_ room: Room, _ account: Int64?, _ name: String) throws -> String {
        if let account { return try find(room, account, name).text("path") }
        let paths = Set(try matches(room, nil, name).map { $0.text("path") }).sorted()
        guard let path = paths.first else { throw missing(name, nil) }
        guard paths.count == 1 else {
            let list = paths.map(\.oneLine).joined(separator: ", ")
            throw ToolError(
                .usage, "\(name.oneLine) is another folder in each account: \(list)", advice: "Name the account, too.")
        }
        return path
    }

    /// Does work on the folder of that name: one that the store does not know may be there on the server.
    /// - Parameter body: is given its path, and nil where no name was given.
    static func using<Result>(
        _ room: Room, _ account: Row, _ name: String?, _ body: (String?) throws -> Result
    ) throws -> Result {
        guard let name else { return try body(nil) }
        let path = try matches(room, account.int("id"), name).first?.text("path") ?? name
        do { return try body(path) } catch let failure as LibraryError {
            guard Int(failure.result) == MR_E_NOT_FOUND, failure.field("field") == "folder" else { throw failure }
            throw missing(name, account.text("address"))
        }
    }

    private static func missing(_ name: String, _ address: String?) -> ToolError {
        ToolError(
            .notFound, "\(address?.oneLine ?? "no account") has \(address == nil ? "a" : "no") folder \(name.oneLine)",
            advice: "mailroom folders \(address?.oneLine ?? "ADDRESS") lists them.")
    }
}

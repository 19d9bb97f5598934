import ArgumentParser

/// Messages, and the folder that they go to.
struct TransferOptions: ParsableArguments {
    @Argument(help: "The ids that messages lists.") var ids: [Int64]
    @Option(help: ArgumentHelp("The folder: its path, or its role, as trash.", valueName: "path")) var to: String
    @Option(help: ArgumentHelp("In this account alone.", valueName: "address")) var account: String?

    /// - Parameter change: is given a message, the folder's id, and the account's where it was named.
    func make(
        _ room: Room, _ output: Output, _ waiting: WishOptions, _ change: (Int64, Int64, Int64?) throws -> Void
    ) throws {
        let account = try account.map { try Accounts.id(room, $0) }
        try Wishes.make(
            room, output, waiting, ids, check: { _ = try Wishes.folder(room, $0, to, account: account) }
        ) { id in try change(id, try Wishes.folder(room, id, to, account: account), account) }
    }
}

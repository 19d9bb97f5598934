import ArgumentParser

struct Disconnect: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop syncing and sending of an account; its password is forgotten, its mail stays.")

    @ParentCommand var root: Mailroom
    @OptionGroup(title: "Options of every command") var common: CommonOptions
    @Argument(help: "The account's address or id.") var address: String
    @Flag(help: "Remove its mail and its log texts as well.") var erase = false

    func run(_ room: Room, _ output: Output) throws {
        let account = try Accounts.find(room, address)
        let id = account.int("id") ?? 0
        let places = try PlacesFreed(room, company: account.int("company"))
        try room.disconnect(id, erase: erase)
        if output.json {
            var row = Row()
            row["account"] = .int(id)
            row["erased"] = .int(erase ? 1 : 0)
            return output.row(row)
        }
        output.line("\(account.text("address").oneLine) \(erase ? "disconnected and erased" : "disconnected")")
        try places.tell(room, output)
    }
}

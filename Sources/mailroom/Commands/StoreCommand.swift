import ArgumentParser

/// A command of the tool: the common options may stand before its name or after it.
protocol ToolCommand: ParsableCommand {
    var root: Mailroom { get }
    var common: CommonOptions { get }
    func run(_ output: Output, _ options: CommonOptions) throws
}

extension ToolCommand {
    func run() throws {
        let options = common.over(root.common)
        try run(Output(json: options.json, color: options.color ?? .auto), options)
    }
}

/// A command that works on the store.
protocol StoreCommand: ToolCommand {
    /// True where the store is made if it is not there yet.
    static var createsStore: Bool { get }
    /// Adds options of mr_open.
    func fill(_ options: Fields) throws
    func run(_ room: Room, _ output: Output) throws
}

extension StoreCommand {
    static var createsStore: Bool { false }

    func fill(_ options: Fields) throws {}

    func run(_ output: Output, _ options: CommonOptions) throws {
        let room = try options.open(create: Self.createsStore, fill)
        do { try run(room, output) } catch let failure as LibraryError {
            throw try room.hasWorker() ? failure : failure.advised(OptionNames.withoutWorker)
        }
    }
}

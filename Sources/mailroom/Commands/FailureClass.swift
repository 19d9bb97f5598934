/// The classes of failures.
enum FailureClass {
    /// - Throws: where no known cause has this class: it was mistyped, and nothing of it can ever be found.
    static func known(_ room: Room, _ name: String) throws {
        let classes = Set(try room.find("cause").all().map { $0.text("class") })
        guard !classes.contains(name) else { return }
        throw ToolError(
            .usage, "there is no class \(name.oneLine)",
            advice: "The classes are \(classes.sorted().joined(separator: ", ")).")
    }
}

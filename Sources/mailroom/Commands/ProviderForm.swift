/// A provider's settings form, as its row tells it.
struct ProviderForm {
    private let settings: [Row]

    /// Empty for a provider that is not there: the library refuses that one itself.
    init(_ room: Room, _ scheme: String) throws {
        settings = try room.find("provider").all()
            .filter { $0.text("scheme") == scheme }.flatMap { $0.rows("settings") }
    }

    func has(_ name: String) -> Bool { settings.contains { $0.text("name") == name } }

    /// What the form says; of what it does not know, names that speak for themselves.
    func isSecret(_ name: String) -> Bool {
        if let setting = settings.first(where: { $0.text("name") == name }) { return setting.int("secret") == 1 }
        return ["password", "secret", "token"].contains(where: name.contains)
    }
}

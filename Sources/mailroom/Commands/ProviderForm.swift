/// A provider's settings form, as its row tells it.
struct ProviderForm {
    private let settings: [Row]
    /// Whether it takes access tokens and nothing else.
    let takesTokensAlone: Bool

    /// Empty for a provider that is not there: the library refuses that one itself.
    init(_ room: Room, _ scheme: String) throws {
        let rows = try room.find("provider").all().filter { $0.text("scheme") == scheme }
        settings = rows.flatMap { $0.rows("settings") }
        let ways = rows.flatMap { $0.texts("auth") }
        takesTokensAlone = ways.contains("oauth2") && !ways.contains("password")
    }

    func has(_ name: String) -> Bool { settings.contains { $0.text("name") == name } }

    /// What the form says; of what it does not know, names that speak for themselves.
    func isSecret(_ name: String) -> Bool {
        if let setting = settings.first(where: { $0.text("name") == name }) { return setting.int("secret") == 1 }
        return ["password", "secret", "token"].contains(where: name.contains)
    }
}

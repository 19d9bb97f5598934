/// Which folders one round over an account looks at.
enum SyncScope: Sendable {
    /// Those whose time has come, and whatever the server's listing says has changed: the schedule's round.
    case due
    /// All that are kept up to date, those that are looked at only when asked for as well: somebody asked.
    case all
    /// These alone, by their paths, also where they are not kept up to date: somebody asked, or the server told of news.
    case only([String])

    /// What a round after that may say of the whole account.
    var isWhole: Bool { if case .only = self { false } else { true } }
}

import Base
import PluginHost
import Store

/// When a folder is looked at: at once when the server tells of news (push), after an interval, or only when asked for
/// (docs/engine.md). Times are milliseconds; the wall clock's, where they are points in time.
struct FolderPace: Sendable {
    enum Mode: String, Sendable {
        case push, interval, manual
    }

    /// `poll_ms`: between two looks at a folder that people wait for, where nobody tells of news.
    let pollMs: Int64
    /// The shortest interval that the provider allows.
    let floorMs: Int64
    /// Whether the provider and the account can have push at all.
    let canPush: Bool

    /// A folder that is watched is looked at all the same: a server may forget to tell.
    static let watchedMs: Int64 = 30 * 60_000
    static let longestMs: Int64 = 30 * 24 * 3_600_000
    /// The account is asked for its folders so often, whatever they are set to.
    private static let listingMs: Int64 = 6 * 3_600_000
    /// Other folders wait so many times longer than those that people wait for.
    private static let others: Int64 = 6

    /// What holds for the folder: the user's choice, else push for the inbox and for sent mail, and an interval for the
    /// others. Sent mail is watched only where one watch sees several folders; else it is looked at as often as an inbox
    /// without push.
    func mode(_ folder: FolderRow) -> Mode {
        if let chosen = folder.mode.flatMap(Mode.init) { return chosen }
        return FolderPace.isWaitedFor(folder) ? .push : .interval
    }

    /// The interval that holds while nobody watches.
    func interval(_ folder: FolderRow) -> Int64 {
        let usual = FolderPace.isWaitedFor(folder) ? pollMs : pollMs * FolderPace.others
        return min(max(folder.intervalMs ?? usual, floorMs), FolderPace.longestMs)
    }

    /// The time between two looks at it, as it is watched now.
    func wait(_ folder: FolderRow) -> Int64 {
        let isWatched = mode(folder) == .push && folder.push != nil
        return isWatched ? max(FolderPace.watchedMs, interval(folder)) : interval(folder)
    }

    /// When the folder is to be looked at next after it was found equal to the server at `now`; `Int64.max`: only when it
    /// is asked for. Up to a tenth later, so that many do not come at once.
    func next(after now: Int64, _ folder: FolderRow) -> Int64 {
        if mode(folder) == .manual { return .max }
        let wait = wait(folder)
        return now + wait + Int64.random(in: 0...wait / 10)
    }

    /// Whether the time of the folder has come.
    func isDue(_ folder: FolderRow, _ now: Int64) -> Bool {
        folder.synced && folder.selectable && mode(folder) != .manual && (folder.nextSync ?? 0) <= now
    }

    /// The folders that a watch is asked for, the most important first.
    func toWatch(_ folders: [FolderRow]) -> [FolderRow] {
        guard canPush else { return [] }
        return folders.filter { $0.synced && $0.selectable && mode($0) == .push }.sorted { left, right in
            let (a, b) = (FolderPace.rank(left), FolderPace.rank(right))
            return (a, left.id) < (b, right.id)
        }
    }

    /// When the account is due: when the first of its folders is.
    func next(_ folders: [FolderRow], after now: Int64) -> Int64 {
        var next = now + FolderPace.listingMs
        for folder in folders where folder.synced && folder.selectable && mode(folder) != .manual {
            next = min(next, folder.nextSync ?? now)
        }
        return next
    }

    private static func isWaitedFor(_ folder: FolderRow) -> Bool { folder.role == "inbox" || folder.role == "sent" }

    private static func rank(_ folder: FolderRow) -> Int {
        switch folder.role {
        case "inbox": 0
        case "sent": folder.mode == nil ? 2 : 1
        default: 1
        }
    }
}

extension FolderPace {
    /// As far as it is known without the plugin's manifest: where an account is only shown, no plugin is looked for.
    init(of account: AccountRow, _ options: EngineOptions) {
        let host = account.settings["\(account.provider)_host"] ?? account.settings["host"]
        let habits = host.flatMap { HostHabits.of($0.lowercased()) }
        self.init(pollMs: options.pollMs, floorMs: habits?.pollMs ?? 0, canPush: true)
    }
}

extension Core {
    func pace(_ account: AccountRow) throws(Failure) -> FolderPace {
        let manifest = try registry.manifest(account.provider)
        let server = MailServer(account, account.provider, manifest)
        return FolderPace(pollMs: options.pollMs, floorMs: server.floorMs, canPush: manifest.can("watch"))
    }
}

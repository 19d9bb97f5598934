import Store

/// How far an account's folders are known to be equal to the server. Folders that are not looked at by themselves (off, manual,
/// or refused by the server again and again) do not count.
struct Freshness {
    private let folders: [FolderRow]

    init(_ folders: [FolderRow]) { self.folders = folders.filter(\.isWatchedOver) }

    /// When the last of them was found equal to the server, in ms since 1970; nil where one never was.
    var inStepSince: Int64? {
        var since = Int64.max
        for folder in folders {
            guard let at = folder.syncedAt else { return nil }
            since = min(since, at)
        }
        return since == .max ? nil : since
    }

    /// Since when nobody has looked at one of them although it was its time twice over; nil while all are fresh.
    /// - Parameter beginning: for folders that were never looked at.
    func staleSince(_ pace: FolderPace, beginning: Int64, now: Int64) -> Int64? {
        let first = folders.lazy.map { ($0.syncedAt ?? beginning) + 2 * pace.wait($0) }.min()
        return first.flatMap { $0 < now ? $0 : nil }
    }

    /// From when on one of them should have been looked at, where nobody watches any; nil where none is looked at by itself.
    func dueSince(_ pace: FolderPace, beginning: Int64) -> Int64? {
        folders.lazy.map { ($0.syncedAt ?? beginning) + pace.interval($0) }.min()
    }
}

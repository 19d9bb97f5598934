import Base
import Store

extension SyncWork {
    /// When folders are looked at again.
    var pace: FolderTimes { FolderTimes(pollMs: core.options.pollMs) }
}

/// When a folder is looked at again: after its own interval, else that of the worker.
struct FolderTimes {
    let pollMs: Int64

    func interval(_ folder: FolderRow) -> Int64 { folder.intervalMs ?? pollMs }

    /// `Int64.max`: only when it is asked for.
    func next(after now: Int64, _ folder: FolderRow) -> Int64 {
        folder.mode == "manual" ? .max : now + interval(folder)
    }

    func isDue(_ folder: FolderRow, _ now: Int64) -> Bool { (folder.nextSync ?? 0) <= now }

    /// When the account is due: when the first of its folders is.
    func next(_ folders: [FolderRow], after now: Int64) -> Int64 {
        folders.lazy.filter(\.isWatchedOver).map { $0.nextSync ?? now }.min() ?? now + pollMs
    }
}

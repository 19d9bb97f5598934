import Base
import Store

extension Engine {
    private static let mostIntervalMs: Int64 = 30 * 24 * 3_600_000

    /// What the user chooses for a folder: role, sync, mode, interval_ms, since. An empty text (`role` too), and 0 for
    /// `interval_ms` and `since`, go back to the default; the role `none` says that it has none.
    func updateFolder(_ id: Int64, _ values: Record) throws(Failure) {
        try RecordSpec.folderChanges.check(values)
        var changes = FolderChanges()
        if let role = values.text("role") { changes.role = .some(role.isEmpty ? nil : role == "none" ? "" : role) }
        if values["sync"] != nil {
            try Engine.flag(values, "sync")
            changes.sync = .some(values.int("sync") == 1)
        }
        if let mode = values.text("mode") { changes.mode = .some(mode.isEmpty ? nil : mode) }
        if let interval = values.int("interval_ms") {
            guard interval <= Engine.mostIntervalMs else { throw .invalid("interval_ms", "is above thirty days") }
            changes.intervalMs = .some(interval == 0 ? nil : interval)
        }
        if let since = try Engine.since(values) { changes.since = since }
        try core.store.updateFolder(id, changes)
    }

    /// The field `since`: nil where it is absent; 0 takes the limit away.
    static func since(_ values: Record) throws(Failure) -> Int64?? {
        guard let since = values.int("since") else { return nil }
        guard since >= 0 else { throw .invalid("since", "is below 0") }
        return .some(since == 0 ? nil : since)
    }
}

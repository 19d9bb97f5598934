import Base

/// What an account's row shows beyond what is stored: whether anybody looks.
struct AccountView {
    /// Between two syncs of the account.
    let pollMs: Int64

    func shown(_ row: Record) -> Record {
        guard row.text("state") == "enabled", row.int("receives") == 1 else { return row }
        let confirmed = row.int("last_success") ?? row.int("created_at") ?? 0
        guard Clock.wall() - confirmed > 2 * pollMs else { return row }
        var shown = row
        shown.set("stale_since", confirmed + 2 * pollMs)
        return shown
    }
}

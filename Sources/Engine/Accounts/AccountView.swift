import Base

/// What an account's row shows beyond what is stored: whether anybody looks, and whether it was ever logged in to.
struct AccountView {
    /// Between two syncs of the account.
    let pollMs: Int64

    func shown(_ row: Record) -> Record {
        guard row.text("state") == "enabled" else { return row }
        if row.text("sync_health") == "none", row.text("send_health") == "none" {
            var shown = row
            shown.set("activity", "waiting")
            shown.set("reason", "not connected yet: the login has still to be tried")
            return shown
        }
        guard row.int("receives") == 1 else { return row }
        let confirmed = row.int("last_success") ?? row.int("created_at") ?? 0
        guard Clock.wall() - confirmed > 2 * pollMs else { return row }
        var shown = row
        shown.set("stale_since", confirmed + 2 * pollMs)
        return shown
    }
}

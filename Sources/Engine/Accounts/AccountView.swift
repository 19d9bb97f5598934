import Base

/// What an account's row shows beyond what is stored: colour, what holds its queue, and whether anybody looks.
struct AccountView {
    /// Between two syncs of the account.
    let pollMs: Int64

    /// Without progress for this long, an activity is shown as stalled.
    static let stallsAfterMs: Int64 = 120_000

    func shown(_ row: Record) -> Record {
        var shown = row
        let state = row.text("state") ?? ""
        shown.set("colour", HealthRules.colour(state))
        shown["held_reason"] = row.int("sends") != 1 ? nil : HealthRules.heldReason(state, failureClass: row.text("class")).map(Value.text)
        guard state == "enabled", row.int("receives") == 1 else { return shown }
        let confirmed = row.int("last_success") ?? row.int("created_at") ?? 0
        if Clock.wall() - confirmed > 2 * pollMs { shown.set("stale_since", confirmed + 2 * pollMs) }
        return shown
    }
}

import Base
import Store

/// What a send's row shows beyond what is stored: why its account's queue is held.
enum SendView {
    static func shown(_ row: Record, _ store: Store) -> Record {
        guard let state = row.text("state"), state == "queued" || state == "retry_wait",
            let account = row.int("account"), let health = try? store.account(account).health,
            let reason = HealthRules.heldReason(health.state, failureClass: health.failureClass)
        else { return row }
        var shown = row
        shown.set("held_reason", reason)
        return shown
    }
}

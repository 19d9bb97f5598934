import Base
import CMailroom
import Store

/// What an account's row shows beyond what is stored: whether anybody looks, and whether it was ever logged in to.
struct AccountView {
    let core: Core
    let words: CauseWords

    func shown(_ row: Record, _ view: SendingView) throws(Failure) -> Record {
        var shown = try freshness(row)
        words.put(into: &shown)
        guard view.wantsSending, row.int("sends") == 1, let id = row.int("id") else { return shown }
        do throws(Failure) {
            shown["sending"] = .record(try view.sending(id, heldReason: row.text("held_reason")))
        } catch {
            // It was erased since the row was read.
            guard error.result == Int32(MR_E_NOT_FOUND) else { throw error }
        }
        return shown
    }

    private func freshness(_ row: Record) throws(Failure) -> Record {
        guard let id = row.int("id"), row.text("state") == "enabled" || row.text("state") == "error" else { return row }
        var shown = row
        do throws(Failure) {
            let account = try core.store.account(id)
            let now = Clock.wall()
            var stale = try core.staleness(account, now: now)
            if account.health.staleCause == Staleness.noWorker, stale?.cause == Staleness.notLookedAt {
                // A worker has just begun: it says itself whether it does not come round to this one.
                stale = Staleness(since: account.health.staleSince ?? now, cause: Staleness.noWorker)
            }
            if stale?.cause != account.health.staleCause {
                // Who reads it notices it first; a store that cannot be written now shows it all the same.
                try? core.noteStaleness(id, stale)
            }
            shown["stale_since"] = nil
            if account.health.cause == nil { shown["cause"] = nil }
            if let stale { show(stale, account, &shown) }
        } catch {
            guard error.result == Int32(MR_E_NOT_FOUND) else { throw error }
        }
        if row.text("state") == "enabled", row.text("sync_health") == "none", row.text("send_health") == "none" {
            shown.set("activity", "waiting")
            shown.set("reason", "not connected yet: the login has still to be tried")
            shown.set(
                "advice",
                "Reconnect the mailbox: that tries the login at once.\nA worker tries it, too, where one runs.")
        }
        return shown
    }

    private func show(_ stale: Staleness, _ account: AccountRow, _ shown: inout Record) {
        let isSame = account.health.staleCause == stale.cause
        shown.set("stale_since", isSame ? account.health.staleSince ?? stale.since : stale.since)
        guard account.health.cause == nil else { return }
        shown.set("cause", stale.cause)
        shown.set("class", "stale")
        guard let cause = Cause.named(stale.cause) else { return }
        shown.set("reason", cause.title)
        shown.set("advice", cause.advice)
    }
}

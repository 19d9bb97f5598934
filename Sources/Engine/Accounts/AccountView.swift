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
        if let outlook = AccountView.outlook(row) {
            shown.set("auth_ends", outlook.ends)
            shown.set("auth_note", outlook.note)
        }
        if (row.int("unmatched") ?? 0) > 0 { shown.set("note", AccountView.note(row)) }
        guard view.wantsSending, row.int("sends") == 1, let id = row.int("id") else { return shown }
        do throws(Failure) {
            shown["sending"] = .record(try view.sending(id, heldReason: row.text("held_reason")))
        } catch {
            // It was erased since the row was read.
            guard error.result == Int32(MR_E_NOT_FOUND) else { throw error }
        }
        return shown
    }

    /// Why messages may come without author or recipient.
    private static func note(_ row: Record) -> String {
        let host = row["settings"]?.record.flatMap { $0.text("imap_host") ?? $0.text("pop3_host") ?? $0.text("host") }
        if host.flatMap(KnownProvider.of) == .godaddy {
            return """
                GoDaddy's server gives some messages without To or From. Who they are was looked for in the other fields of \
                the header, in what was sent from here and in their threads; those that are counted name nobody there either.
                """
        }
        return """
            Some messages name no author or no recipient, and nobody was found in the other fields of the header, in what \
            was sent from here and in their threads: they belong to no contact.
            """
    }

    /// What the account's provider has announced for its kind of login.
    static func outlook(_ row: Record) -> LoginOutlook? {
        let settings = row["settings"]?.record
        let host = settings.flatMap { $0.text("imap_host") ?? $0.text("pop3_host") ?? $0.text("smtp_host") }
        guard let provider = (host ?? row.text("provider")).flatMap(KnownProvider.of) else { return nil }
        return LoginOutlook.of(
            provider, auth: row.text("auth") ?? "password", receives: row.int("receives") == 1,
            sends: row.int("sends") == 1, now: Clock.wall())
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
            AccountView.putFirstStep(&shown)
        }
        return shown
    }

    /// What an account waits for that was never logged in to.
    private static func putFirstStep(_ shown: inout Record) {
        guard shown.text("auth") != "oauth2" || shown.int("token_refreshed") != nil else {
            shown.set("reason", "not connected yet: the sign-in was begun and not brought to its end")
            return shown.set("advice", "Begin the authorization anew, and sign in.")
        }
        shown.set("reason", "not connected yet: the login has still to be tried")
        shown.set(
            "advice",
            shown.text("auth") == "external" && shown.int("token_refreshed") == nil
                ? "Hand in a token (mr_token_put): the login is tried with it."
                : "Reconnect the mailbox: that tries the login at once.\nA worker tries it, too, where one runs.")
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

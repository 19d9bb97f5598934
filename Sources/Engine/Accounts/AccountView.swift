import Base
import CMailroom
import Store

/// What an account's row shows beyond what is stored: whether anybody looks, and whether it was ever logged in to.
struct AccountView {
    let core: Core

    func shown(_ row: Record, _ view: SendingView) throws(Failure) -> Record {
        var shown = try freshness(row)
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

    private func freshness(_ row: Record) throws(Failure) -> Record {
        guard row.text("state") == "enabled", let id = row.int("id") else { return row }
        if row.text("sync_health") == "none", row.text("send_health") == "none" {
            var shown = row
            shown.set("activity", "waiting")
            shown.set("reason", "not connected yet: the login has still to be tried")
            shown.set(
                "advice",
                "Reconnect the mailbox: that tries the login at once.\nA worker tries it, too, where one runs.")
            return shown
        }
        guard row.int("receives") == 1 else { return row }
        let account = try core.store.account(id)
        let stale = Freshness(try core.store.folders(id)).staleSince(
            FolderPace(of: account, core.options), beginning: account.createdAt, now: Clock.wall())
        guard let stale else { return row }
        var shown = row
        shown.set("stale_since", stale)
        return shown
    }
}

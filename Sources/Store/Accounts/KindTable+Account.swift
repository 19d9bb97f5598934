import Base

extension KindTable {
    static let account = KindTable(
        from: "account a",
        select: """
            \(AccountRow.columns), a.done, a.total, a.moved_at, a.messages, a.unseen,
            (SELECT count(*) FROM folder f WHERE f.account = a.id AND f.leaving = 0),
            (SELECT count(*) FROM send s WHERE s.state IN ('queued', 'sending', 'retry_wait') AND s.account = a.id),
            (SELECT count(*) FROM send s WHERE s.state IN ('failed', 'outcome_unknown', 'bounced') AND s.account = a.id),
            (SELECT value FROM meta WHERE name = 'worker_seen_at'),
            CASE WHEN a.sends THEN \(heldReason) END, \(leftOut), \(unmatched),
            (SELECT count(*) FROM unindexed u WHERE u.account = a.id),
            (SELECT t.expires_at FROM token t WHERE t.account = a.id AND t.access IS NOT NULL),
            (SELECT t.issued_at FROM token t WHERE t.account = a.id AND t.access IS NOT NULL),
            (SELECT value FROM state w WHERE w.account = a.id AND w.key = '\(Store.waitingKey)')
            """,
        id: "a.id", visible: "a.erasing = 0",
        rules: [
            "id": .column("a.id"), "address": .address("a.address"), "provider": .column("a.provider"),
            "user_key": .column("a.user_key"), "company": .column("a.company"),
            "company_key": .among("a.company \(companyKey)"), "state": .column("a.state"),
            "cause": .column("coalesce(a.cause, a.stale_cause)"),
        ],
        orders: ["id": "a.id", "address": "a.address"],
        record: { (row, db, _) throws(Failure) in try accountRecord(row, db) })

    /// Places that no message is stored for, but those in quarantine.
    private static let leftOut = """
        (SELECT count(*) FROM folder f JOIN place p ON p.folder = f.id AND p.message IS NULL WHERE f.account = a.id
          AND f.leaving = 0) - (SELECT count(*) FROM quarantine q WHERE q.account = a.id)
        """

    /// Messages without author or recipient, who were not found elsewhere either.
    private static let unmatched = """
        (SELECT count(*) FROM message m WHERE m.lacking = 2 AND EXISTS (SELECT 1 FROM place p JOIN folder f ON f.id = p.folder
          WHERE p.message = m.id AND p.leaving = 0 AND f.account = a.id))
        """

    /// An activity that made no progress for so long is shown as stalled.
    private static let stalledAfterMs: Int64 = 60_000

    private static func accountRecord(_ row: Row, _ db: Connection) throws(Failure) -> Record {
        let account = try AccountRow(row, from: 2, db)
        let health = account.health
        let next = 2 + AccountRow.columnCount
        var record = Record()
        record.set("id", account.id)
        record.set("address", account.address)
        record.set("provider", account.provider)
        record.set("user_key", account.userKey)
        record.set("company", account.company)
        record.set("display_name", account.displayName)
        record.set("direction", account.settings["direction"] ?? "two_way")
        record.set("sent_copy", account.settings["sent_copy"] ?? "auto")
        record.set("accept_duplicate", account.settings["accept_duplicate"] == "1" ? 1 : 0)
        record.set("receives", account.receives ? 1 : 0)
        record.set("sends", account.sends ? 1 : 0)
        record.set("state", health.state)
        record.set("colour", colour(health.state))
        record.set("since", health.since)
        record.set("reason", health.reason)
        record.set("cause", health.cause)
        record.set("class", health.failureClass)
        record.set("advice", health.advice)
        record.set("server_text", health.serverText)
        record.set("billing_enabled", ["enabled", "error"].contains(health.state) ? 1 : 0)
        record.set("sync_health", health.syncHealth)
        record.set("send_health", health.sendHealth)
        record.set("activity", account.activity)
        record.set("done", row.int(next))
        record.set("total", row.optionalInt(next + 1))
        let moved = row.int(next + 2)
        if ["first_sync", "syncing"].contains(account.activity), Clock.wall() &- moved > stalledAfterMs {
            record.set("stalled_since", moved)
        }
        if let waiting = Store.waiting(row.optionalBytes(next + 15), now: Clock.wall()) {
            record.set("waiting_for", waiting.what)
            record.set("waiting_until", waiting.until)
        }
        record.set("last_success", health.lastSuccess)
        record.set("last_attempt", health.lastAttempt)
        record.set("next_attempt", health.nextAttempt)
        record.set("stale_since", health.staleSince)
        if health.cause == nil { record.set("cause", health.staleCause) }
        record.set("worker_seen_at", row.optionalInt(next + 8))
        record.set("messages", row.int(next + 3))
        record.set("unseen", row.int(next + 4))
        record.set("folders", row.int(next + 5))
        record.set("queued", row.int(next + 6))
        record.set("failed", row.int(next + 7))
        record.set("held_reason", row.optionalText(next + 9))
        record.set("left_out", row.int(next + 10))
        record.set("unmatched", row.int(next + 11))
        record.set("unindexed", row.int(next + 12))
        record.set("auth", account.settings["auth"] ?? "password")
        record.set("token_expires", row.optionalInt(next + 13))
        record.set("token_refreshed", row.optionalInt(next + 14))
        var settings = Record()
        for (name, value) in account.settings.sorted(by: { $0.key < $1.key })
        where !["direction", "sent_copy", "accept_duplicate", "auth"].contains(name) { settings.set(name, value) }
        record["settings"] = .record(settings)
        record.set("created_at", account.createdAt)
        return record
    }

    /// Design, section 9.
    private static func colour(_ state: String) -> String {
        switch state {
        case "enabled": "green"
        case "pending": "yellow"
        case "error": "red"
        case "connection_issue": "grey"
        default: "none"
        }
    }
}

extension Store {
    /// Everything that a settings page shows of one account.
    /// - Throws: `MR_E_NOT_FOUND`.
    package func accountStatus(_ id: Int64) throws(Failure) -> Record {
        guard let row = try find("account", Record(["id": .int(id)]), after: nil, limit: 1).rows.first else {
            throw .notFound("account \(id)")
        }
        return row
    }
}

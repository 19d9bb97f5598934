import Base

extension AccountRow {
    static let columns = """
        a.id, a.address, a.provider, a.user_key, a.company, a.display_name, a.receives, a.sends, a.created_at, a.last_sync,
        a.next_sync, a.activity, a.erasing, a.state, a.since, a.reason, a.cause, a.class, a.advice, a.server_text,
        a.sync_health, a.send_health, a.first_error_at, a.last_success, a.last_attempt, a.next_attempt, a.attempts,
        a.stale_since, a.stale_cause
        """

    /// Reads the columns above, and the settings.
    init(_ row: Row, from first: Int32 = 0, _ db: Connection) throws(Failure) {
        let id = row.int(first)
        var health = Health()
        health.state = row.text(first + 13)
        health.since = row.int(first + 14)
        health.reason = row.optionalText(first + 15)
        health.cause = row.optionalText(first + 16)
        health.failureClass = row.optionalText(first + 17)
        health.advice = row.optionalText(first + 18)
        health.serverText = row.optionalText(first + 19)
        health.syncHealth = row.text(first + 20)
        health.sendHealth = row.text(first + 21)
        health.firstErrorAt = row.optionalInt(first + 22)
        health.lastSuccess = row.optionalInt(first + 23)
        health.lastAttempt = row.optionalInt(first + 24)
        health.nextAttempt = row.optionalInt(first + 25)
        health.attempts = row.int(first + 26)
        health.staleSince = row.optionalInt(first + 27)
        health.staleCause = row.optionalText(first + 28)
        self.init(
            id: id, address: row.text(first + 1), provider: row.text(first + 2), userKey: row.optionalText(first + 3),
            company: row.optionalInt(first + 4), displayName: row.optionalText(first + 5),
            receives: row.bool(first + 6), sends: row.bool(first + 7), settings: try Store.settings(db, id),
            health: health, createdAt: row.int(first + 8), lastSync: row.optionalInt(first + 9),
            nextSync: row.optionalInt(first + 10), activity: row.text(first + 11), erasing: row.bool(first + 12))
    }

    static let columnCount: Int32 = 29
}

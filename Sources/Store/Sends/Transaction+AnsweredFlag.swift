import Base

/// The flag \Answered of the message that a send answers (RFC 9051, section 2.3.2): what mail programs show as an arrow.
extension Transaction {
    /// Somebody has accepted the send for the first time: wishes the flag, where the account still has the message and
    /// takes wishes. Where it does not, nothing happens.
    func wishAnswered(by row: SendRow) throws(Failure) {
        guard !row.wasAccepted, let account = row.params.int(NewSend.answeredIn),
            let message = try db.int("SELECT answers FROM send WHERE id = ?", row.id), try takesWishes(account)
        else { return }
        for place in try shownPlaces(of: message, account: account) {
            _ = try wish(FlagDelta(add: ["\\Answered"]), of: place)
        }
    }

    private func takesWishes(_ account: Int64) throws(Failure) -> Bool {
        try db.exists(
            """
            SELECT 1 FROM account a WHERE a.id = ? AND a.erasing = 0 AND a.receives = 1 AND a.state <> 'disconnected'
              AND NOT EXISTS (SELECT 1 FROM setting WHERE account = a.id AND name = 'direction' AND value = 'read_only')
            """, account)
    }
}

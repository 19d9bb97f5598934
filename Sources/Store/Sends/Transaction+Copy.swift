import Base
import CMailroom

/// The copy of a sent message in the Sent folder of its account.
extension Transaction {
    /// The key under which is noted of an account who keeps the copies: `server` or `own`, and until when that is believed.
    static let copyHabit = "engine.sent_copy"
    static let copyHabitMs: Int64 = 30 * 86_400_000

    /// Somebody has accepted a message: what becomes of its copy, unless that was settled before.
    func want(_ copy: SentCopy, of send: Int64) throws(Failure) {
        switch copy {
        case .none: return
        case .server: try db.run("UPDATE send SET copy = 'server' WHERE id = ? AND copy IS NULL", send)
        case .wanted(let afterMs):
            try db.run(
                """
                UPDATE send SET copy = 'wanted', check_at = ? WHERE id = ? AND copy IS NULL
                  AND EXISTS (SELECT 1 FROM account a WHERE a.id = send.account AND a.receives = 1)
                """, now + afterMs, send)
        }
    }

    /// What has become of the copy; nil: none is meant any more.
    func setCopy(_ state: String?, of send: Int64, account: Int64) throws(Failure) {
        try db.run(
            """
            UPDATE send SET copy = ?1, check_at = CASE WHEN state = 'outcome_unknown' THEN check_at END
            WHERE id = ?2 AND copy IS NOT ?1
            """, state, send)
        if db.changedRows > 0 { change("send", send, account: account, "changed", "copy") }
    }

    /// A stored message is what a send sent.
    func setEcho(_ message: Int64, of send: Int64, account: Int64) throws(Failure) {
        try db.run("UPDATE send SET echo = ? WHERE id = ? AND echo IS NULL", message, send)
        guard db.changedRows > 0 else { return }
        try db.run("UPDATE message SET send = ? WHERE id = ? AND send IS NULL", send, message)
        try isOurs(message)
        try tellThread(ofSend: send)
        change("send", send, account: account, "changed", "message")
    }

    /// Who keeps the copies of an account was seen.
    func noteCopyHabit(server: Bool, of account: Int64) throws(Failure) {
        let value = "\(server ? "server" : "own") \(now + Transaction.copyHabitMs)"
        try db.run(
            "INSERT OR REPLACE INTO state(account, key, value) VALUES(?, ?, ?)", account, Transaction.copyHabit,
            Array(value.utf8))
    }
}

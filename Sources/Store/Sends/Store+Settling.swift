import Base
import CMailroom

/// One send that somebody has to look after once it was offered: what became of it is not known, or its copy is missing.
package struct AttendedSend: Sendable {
    package var id: Int64
    /// Without angle brackets.
    package var messageID: String
    /// Whether its outcome is unknown; else its copy is wanted.
    package var isUnknown: Bool
    /// Looks so far for what became of it.
    package var checks: Int64
    /// When it was offered last.
    package var offeredAt: Int64
    package var sentAt: Int64
    package var body: Int64?
    package var size: Int64
}

/// What is left to do for a send after its attempt, on the side that receives: to find out what became of it, and to put a
/// copy of it into Sent.
extension Store {
    /// The accounts that have such sends whose time has come, and whose server may be asked now. Those without any cost
    /// nothing.
    package func attendedAccounts(now: Int64) throws(Failure) -> Set<Int64> {
        try read { (db) throws(Failure) in
            Set(
                try db.all(
                    """
                    WITH RECURSIVE some(account) AS (
                      SELECT min(account) FROM send WHERE check_at IS NOT NULL
                      UNION ALL SELECT (SELECT min(s.account) FROM send s
                        WHERE s.check_at IS NOT NULL AND s.account > some.account) FROM some
                      WHERE some.account IS NOT NULL)
                    SELECT a.id FROM some JOIN account a ON a.id = some.account
                    WHERE EXISTS (SELECT 1 FROM send s WHERE s.account = a.id AND s.check_at <= ?1)
                      AND a.erasing = 0 AND a.receives = 1
                      AND (a.state = 'enabled' OR a.state = 'error' AND (a.sync_health = 'ok' OR a.next_attempt <= ?1))
                    """, now
                ) { (row) throws(Failure) in row.int(0) })
        }
    }

    /// Such sends of an account whose time has come, those that wait longest first.
    package func attendedSends(_ account: Int64, now: Int64, limit: Int) throws(Failure) -> [AttendedSend] {
        try read { (db) throws(Failure) in
            try db.all(
                """
                SELECT s.id, s.message_id, s.state = 'outcome_unknown', s.checks,
                  coalesce((SELECT max(offered_at) FROM attempt WHERE send = s.id), s.created_at),
                  coalesce(s.sent_at, s.created_at), s.body, s.size
                FROM send s WHERE s.account = ? AND s.check_at <= ? ORDER BY s.check_at, s.id LIMIT ?
                """, account, now, limit
            ) { (row) throws(Failure) in
                AttendedSend(
                    id: row.int(0), messageID: row.text(1), isUnknown: row.bool(2), checks: row.int(3),
                    offeredAt: row.int(4), sentAt: row.int(5), body: row.optionalInt(6), size: row.int(7))
            }
        }
    }

    /// Stores what became of a send whose outcome was unknown.
    /// - Returns: false where it was not unknown any more.
    /// - Throws: `MR_E_BUSY` where the lease is lost.
    @discardableResult
    package func settleUnknown(
        send: Int64, accepted: Bool, by evidence: SendEvidence, lease: Lease
    ) throws(Failure) -> Bool {
        let settled = try write { (transaction) throws(Failure) -> Bool in
            try transaction.require(lease)
            return try transaction.settleUnknown(send: send, accepted: accepted, by: evidence)
        }
        StopPoint.sendSettled.reach()
        return settled
    }

    /// A look for what became of a send has told nothing: the next one is later, and after the last there is none.
    package func notFound(send: Int64, lease: Lease) throws(Failure) {
        try write(.normal) { (transaction) throws(Failure) in
            try transaction.require(lease)
            let db = transaction.db
            guard
                let checks = try db.int("SELECT checks + 1 FROM send WHERE id = ? AND state = 'outcome_unknown'", send)
            else { return }
            let minutes = Transaction.checkMinutes
            let next: Int64? = checks < minutes.count ? transaction.now + minutes[Int(checks)] * 60_000 : nil
            try db.run("UPDATE send SET checks = ?, check_at = ? WHERE id = ?", checks, next, send)
        }
    }

    /// Sends again what nobody looks for any more, of the accounts that accept a duplicate: up to so many attempts in all.
    package func resendUnknown() throws(Failure) {
        let left = try read { (db) throws(Failure) in
            try db.all(
                """
                SELECT s.id FROM setting t CROSS JOIN send s ON s.account = t.account AND s.state = 'outcome_unknown'
                WHERE t.name = 'accept_duplicate' AND t.value = '1' AND s.check_at IS NULL AND s.attempts < ?
                  AND NOT EXISTS (SELECT 1 FROM batch WHERE id = s.batch AND state IN ('cancelling', 'cancelled')) LIMIT 100
                """, Store.attemptsWithDuplicates
            ) { (row) throws(Failure) in row.int(0) }
        }
        for send in left {
            try write { (transaction) throws(Failure) in
                let row = try SendRow.load(transaction.db, send)
                guard row.state == "outcome_unknown" else { return }
                try transaction.requeue(row, sendAt: nil)
                var log = NewLog(
                    account: row.account, level: "notice", what: "send",
                    message: "send \(send) goes again although it may have arrived: the account accepts a duplicate",
                    send: send)
                log.cause = "send.outcome_unknown"
                try transaction.addLog(log)
            }
        }
    }

    static let attemptsWithDuplicates: Int64 = 3

    /// Nobody can look for a send, or has to: it is left as it is.
    package func stopAttending(_ sends: [Int64], lease: Lease) throws(Failure) {
        guard !sends.isEmpty else { return }
        try write(.normal) { (transaction) throws(Failure) in
            try transaction.require(lease)
            for send in sends { try transaction.db.run("UPDATE send SET check_at = NULL WHERE id = ?", send) }
        }
    }
}

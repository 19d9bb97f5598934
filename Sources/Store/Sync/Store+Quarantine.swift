import Base
import CMailroom

extension QuarantineRow {
    /// How long to leave a message alone: an hour, six hours, then a day.
    static func pauseMs(afterTries tries: Int64) -> Int64 {
        switch tries {
        case ...1: 3_600_000
        case 2: 6 * 3_600_000
        default: 24 * 3_600_000
        }
    }
}

/// Messages that the server has and did not give. One that comes by a later commit leaves the quarantine by itself, as
/// does one that is gone.
extension Store {
    /// Those of the account that are to be fetched again by now, the longest due first.
    package func dueQuarantine(_ account: Int64, now: Int64, limit: Int) throws(Failure) -> [QuarantineRow] {
        try read { (db) throws(Failure) in
            try db.all(
                """
                SELECT q.place, p.folder, p.ref, p.skipped, q.tries, q.next_try, q.reason FROM quarantine q
                JOIN place p ON p.id = q.place JOIN folder f ON f.id = p.folder
                WHERE q.account = ? AND q.next_try <= ? AND f.leaving = 0 AND p.ref IS NOT NULL
                ORDER BY q.next_try LIMIT ?
                """, account, now, max(limit, 0)
            ) { (row) throws(Failure) in
                QuarantineRow(
                    place: row.int(0), folder: row.int(1), ref: row.text(2),
                    size: Skipped(packed: row.bytes(3)).size, tries: row.int(4), nextTry: row.int(5),
                    reason: row.text(6))
            }
        }
    }

    /// Notes that a message was not given this time either, with the server's words. One that is not in quarantine any
    /// more is left alone.
    package func quarantineTried(_ place: Int64, text: String, lease: Lease) throws(Failure) {
        try write(.normal) { (transaction) throws(Failure) in
            try transaction.require(lease)
            let db = transaction.db
            let tries = try db.int(
                "SELECT tries FROM quarantine WHERE place = ? AND account = ?", place, lease.account)
            guard let tries else { return }
            try db.run(
                "UPDATE quarantine SET tries = ?, next_try = ?, reason = ? WHERE place = ?", tries &+ 1,
                transaction.now + QuarantineRow.pauseMs(afterTries: tries &+ 1), text, place)
        }
    }
}

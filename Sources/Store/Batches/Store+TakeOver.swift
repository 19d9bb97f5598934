import Base
import CMailroom

extension Store {
    /// An account that has nothing to do takes from the others what waits there: sends of the batches that they share, which
    /// were never tried. The older go first, and every account gives some. One whose server takes nothing takes none.
    /// - Parameters:
    ///   - most: takes at most so many.
    ///   - lease: of the account that takes them.
    /// - Returns: how many there were.
    package func takeOver(_ account: Int64, atMost most: Int, now: Int64, lease: Lease) throws(Failure) -> Int {
        let shared = try read { (db) throws(Failure) in
            try db.all(
                """
                SELECT b.id, other.account FROM batch b
                JOIN batch_account own ON own.batch = b.id AND own.account = ?1
                JOIN account a ON a.id = own.account AND a.send_health <> 'failing'
                JOIN batch_account other ON other.batch = b.id AND other.account <> ?1
                WHERE b.state = 'running' ORDER BY b.id
                """, account
            ) { (row) throws(Failure) in (batch: row.int(0), from: row.int(1)) }
        }
        guard !shared.isEmpty, most > 0 else { return 0 }
        return try write { (transaction) throws(Failure) -> Int in
            try transaction.require(lease, for: account)
            var taken = 0
            for (index, source) in shared.enumerated() where taken < most {
                let share = max(1, (most - taken) / (shared.count - index))
                taken += try transaction.take(source.batch, from: source.from, by: account, atMost: share)
            }
            return taken
        }
    }
}

extension Transaction {
    fileprivate func take(
        _ batch: Int64, from other: Int64, by account: Int64, atMost most: Int
    ) throws(Failure) -> Int {
        let sends = try db.all(
            composed: """
                SELECT s.id FROM send s WHERE s.batch = ?2 AND s.state = 'queued' AND s.account = ?3 AND \(Store.mayMove)
                ORDER BY s.id LIMIT ?4
                """, [.int(now), .int(batch), .int(other), .int(Int64(most))]
        ) { (row) throws(Failure) in row.int(0) }
        let sender = try db.first(
            "SELECT sender FROM batch_account WHERE batch = ? AND account = ?", batch, account
        ) { (row) throws(Failure) in row.text(0) }
        guard let sender else { return 0 }
        for send in sends {
            // SMTPUTF8 is for addresses beyond ASCII, the sender's among them.
            try db.run(
                """
                UPDATE send SET account = ?1, sender = ?2, utf8 = ?3
                  OR EXISTS (SELECT 1 FROM recipient WHERE send = ?4 AND address GLOB '*[^ -~]*') WHERE id = ?4
                """, account, sender, !sender.utf8.allSatisfy { $0 < 128 }, send)
            change("send", send, account: account, "changed", "queued")
        }
        return sends.count
    }
}

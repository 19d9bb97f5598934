import Base
import CMailroom

extension Store {
    /// Adds a row to the log; where the last such row (same account, what, cause and server text) is there, it is
    /// counted up instead, and takes the newest words.
    package func addLog(_ row: NewLog) throws(Failure) {
        try write { (transaction) throws(Failure) in try transaction.addLog(row) }
    }

    /// Removes what happened last before that time.
    package func sweepLog(before: Int64) throws(Failure) {
        while true {
            let gone = try write(.normal) { (transaction) throws(Failure) in
                try transaction.db.run(
                    "DELETE FROM log WHERE id IN (SELECT id FROM log WHERE at < ? ORDER BY at LIMIT 1000)", before)
                return transaction.db.changedRows
            }
            if gone < 1000 { return }
        }
    }

    /// A worker shows that it lives.
    /// - Returns: the time that it has put down.
    @discardableResult
    package func workerBeat() throws(Failure) -> Int64 {
        try write(.normal) { (transaction) throws(Failure) in
            try transaction.db.run(
                "INSERT OR REPLACE INTO meta(name, value) VALUES('worker_seen_at', ?)", transaction.now)
            return transaction.now
        }
    }

    /// A worker has ended as it should: that it lived then says nothing of now. Another one's later sign of life stays.
    package func workerEnded(lastBeat: Int64) throws(Failure) {
        try write(.normal) { (transaction) throws(Failure) in
            try transaction.db.run("DELETE FROM meta WHERE name = 'worker_seen_at' AND value = ?", lastBeat)
        }
    }

    /// When a worker last showed that it lives; nil where none ever did, or the last one has ended as it should.
    package func workerSeenAt() throws(Failure) -> Int64? {
        try read { (db) throws(Failure) in try db.int("SELECT value FROM meta WHERE name = 'worker_seen_at'") }
    }

    /// A bell that rings when any process has committed a change.
    package func openBell() throws(Failure) -> Bell {
        try checkFork()
        return try run.openBell()
    }
}

extension Transaction {
    private static let mostLogRows: Int64 = 20_000
    /// So that one account does not push the others' rows out.
    private static let mostOfAccount: Int64 = 2_000

    /// Adds a row to the log, or counts one up, as `Store.addLog` says.
    func addLog(_ row: NewLog) throws(Failure) {
        let there = try db.int(
            """
            SELECT id FROM log WHERE account IS ? AND company IS ? AND what = ? AND cause IS ? AND server_text IS ?
            AND level = ? ORDER BY id DESC LIMIT 1
            """, row.account, row.company, row.what, row.cause, row.serverText, row.level)
        if let there { return try countLog(there, row, row.message) }
        try insertLog(row)
    }

    /// It has happened once more.
    func countLog(_ id: Int64, _ row: NewLog, _ message: String) throws(Failure) {
        try db.run(
            """
            UPDATE log SET at = ?, count = count + 1, message = ?, class = ?, code = ?, step = ?, advice = ?,
              send = ?
            WHERE id = ?
            """, now, message, row.failureClass, row.code, row.step, row.advice, row.send, id)
        change("log", id, account: row.account, "changed", "count")
    }

    func insertLog(_ row: NewLog) throws(Failure) {
        try db.run(
            """
            INSERT INTO log(account, level, what, message, cause, class, code, step, server_text, advice, first_at, at,
              send, company, count) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)
            """, row.account, row.level, row.what, row.message, row.cause, row.failureClass, row.code, row.step,
            row.serverText, row.advice, now, now, row.send, row.company)
        let id = db.lastRowID
        change("log", id, account: row.account, "added")
        if id % 64 == 0, let account = row.account {
            try db.run(
                """
                DELETE FROM log WHERE id IN (
                  SELECT id FROM log WHERE account = ? ORDER BY at DESC LIMIT -1 OFFSET ?)
                """, account, Transaction.mostOfAccount)
        }
        if id % 256 == 0 {
            // A server that never says the same thing twice must not fill the disk.
            try db.run(
                "DELETE FROM log WHERE id IN (SELECT id FROM log ORDER BY at DESC LIMIT -1 OFFSET ?)",
                Transaction.mostLogRows)
        }
    }
}

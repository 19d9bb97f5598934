import Base
import CMailroom

/// The change feed. Numbers come from blocks that a durable commit reserved, so that a power cut never makes a number
/// mean two things (docs/store.md).
extension Store {
    /// Changes after number `after`, in order, at most `limit`.
    /// - Parameter query: conditions on kind, account and what; `limit`, `after`, `fields` of it are the caller's.
    /// - Throws: `MR_E_STALE` where changes after that number were dropped already; the failure's `code` is
    ///   `oldest=N latest=M`: the oldest number to read after, and the newest there is.
    package func changes(after: Int64, query: Record, limit: Int) throws(Failure) -> [Record] {
        let query = try Query(query, kind: "change")
        return try read { (db) throws(Failure) -> [Record] in
            let (next, pruned) = try Store.changeBounds(db)
            guard after >= pruned else {
                var failure = Failure(
                    MR_E_STALE,
                    "changes up to number \(pruned) are no longer kept: read the rows anew, then go on from \(next - 1)"
                )
                failure.code = "oldest=\(pruned) latest=\(next - 1)"
                throw failure
            }
            guard after < next, limit > 0 else { return [] }
            // The run that the next number lies in may have begun before it.
            let start = try db.int("SELECT max(number) FROM change WHERE number <= ?", after &+ 1) ?? 0
            var conditions = SQLConditions()
            conditions.add("number >= ?", .int(start))
            try conditions.add(
                query,
                columns: ["kind": .column("kind"), "account": .column("account"), "what": .column("what")].merging(
                    KindTable.owner("account")
                ) { one, _ in one })
            conditions.values.append(.int(Int64(limit) + 1))
            let runs = try db.all(
                composed:
                    "SELECT number, count, kind, row, account, what, detail, at FROM change WHERE \(conditions.sql) ORDER BY number LIMIT ?",
                conditions.values
            ) { (row) throws(Failure) in
                (
                    row.int(0), row.int(1), row.text(2), row.int(3), row.optionalInt(4), row.text(5),
                    row.optionalText(6), row.int(7)
                )
            }
            var found: [Record] = []
            for (number, count, kind, id, account, what, detail, at) in runs {
                for step in 0..<count where number + step > after {
                    guard found.count < limit else { return found }
                    var record = Record()
                    record.set("number", number + step)
                    record.set("kind", kind)
                    record.set("id", id + step)
                    record.set("account", account)
                    record.set("what", what)
                    record.set("detail", detail)
                    record.set("at", at)
                    found.append(query.pick(record))
                }
            }
            return found
        }
    }

    /// The newest number given; 0 where there is none.
    package func latestChange() throws(Failure) -> Int64 {
        try read { (db) throws(Failure) in try Store.changeBounds(db).next - 1 }
    }

    /// A number that differs after any process has committed; it means nothing else.
    package func dataVersion() throws(Failure) -> Int64 {
        try checkFork()
        return try gate.watch { (db) throws(Failure) in try db.int("PRAGMA data_version") ?? 0 }
    }

    private static func changeBounds(_ db: Connection) throws(Failure) -> (next: Int64, pruned: Int64) {
        let bounds = try db.first("SELECT next_change, pruned_change FROM counter WHERE id = 1") {
            (row) throws(Failure) in (row.int(0), row.int(1))
        }
        return bounds ?? (1, 0)
    }

    /// Makes sure, on the disk, that at least `count` more numbers may be given.
    func reserveChangeNumbers(_ db: Connection, _ count: Int64) throws(Failure) {
        try db.begin(durable: true)
        do throws(Failure) {
            let transaction = Transaction(db: db, store: self)
            var counters = try transaction.loadCounters()
            counters.reserve(count, boot: bootID)
            try db.run(
                "UPDATE counter SET next_change = ?, reserved_change = ?, boot = ? WHERE id = 1", counters.nextChange,
                counters.reservedChange, counters.boot)
            try db.commit()
        } catch {
            db.rollback()
            throw error
        }
    }

    /// Drops runs that are older than what is kept: a few with each commit, so that no commit becomes long.
    func pruneChanges(_ transaction: Transaction) throws(Failure) {
        let before = transaction.now - changesKeepMs
        let db = transaction.db
        guard try db.int("SELECT at FROM change ORDER BY number LIMIT 1") ?? .max < before else { return }
        let old = try db.all("SELECT number, count, at FROM change ORDER BY number LIMIT 20") {
            (row) throws(Failure) in (row.int(0), row.int(1), row.int(2))
        }.prefix { $0.2 < before }
        guard let last = old.last else { return }
        try db.run("DELETE FROM change WHERE number <= ?", last.0)
        try db.run("UPDATE counter SET pruned_change = ? WHERE id = 1", last.0 + last.1 - 1)
    }
}

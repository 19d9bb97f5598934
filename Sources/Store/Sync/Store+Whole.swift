import Base

extension Store {
    /// Of one page of `known`: the references of messages that are stored with their body, and since when (ms since
    /// 1970). What was skipped, is in quarantine, or was kept as a header alone is left out.
    /// - Parameters:
    ///   - after: as `known` was asked.
    ///   - next: what it answered; 0: to the folder's end.
    package func storedWhole(folder: Int64, after: Int64, to next: Int64) throws(Failure) -> [String: Int64] {
        let first = PlaceID.first(folder)
        return try read { (db) throws(Failure) in
            let rows = try db.all(
                """
                SELECT p.ref, m.stored_at FROM place p JOIN message m ON m.id = p.message
                WHERE p.id > ? AND p.id <= ? AND p.ref IS NOT NULL AND p.skipped IS NULL AND m.body IS NOT NULL
                """, first + max(after, 0), next == 0 ? PlaceID.last(folder) : first + next
            ) { (row) throws(Failure) in (row.text(0), row.int(1)) }
            return Dictionary(rows) { earlier, _ in earlier }
        }
    }
}

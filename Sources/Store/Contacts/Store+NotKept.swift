import Base

/// A message that is on the server and, by a rule of the account or its company, not kept.
package struct NotKept: Sendable {
    package let ref: String
    package let isFlagged: Bool
    /// `LeftOut.Reason`, or that of a policy.
    package let reason: String
}

extension Store {
    /// So many of a folder are looked at, the newest first, where nobody knows the reference.
    private static let mostNotKept: Int64 = 100
    /// A server's date is to the second.
    private static let dateMs: UInt64 = 1_000

    /// One message that a folder does not keep: by its reference, or, where that is not known, by its size and the server's date.
    /// One that the server did not give is none of them.
    package func notKept(folder: Int64, ref: String?, size: Int64, date: Int64) throws(Failure) -> NotKept? {
        let found = try read { (db) throws(Failure) in
            if let ref {
                return try db.all(
                    """
                    SELECT ref, bits, skipped FROM place WHERE folder = ? AND ref = ? AND message IS NULL AND leaving = 0
                    """, folder, ref, read: Store.readNotKept)
            }
            return try db.all(
                """
                SELECT ref, bits, skipped FROM place WHERE folder = ? AND ref IS NOT NULL AND message IS NULL AND leaving = 0
                ORDER BY id DESC LIMIT ?
                """, folder, Store.mostNotKept, read: Store.readNotKept)
        }
        let match = found.first { place, skipped in
            guard place.reason != Skipped.quarantine else { return false }
            return ref != nil || skipped.size == size && (skipped.date &- date).magnitude <= Store.dateMs
        }
        return match?.place
    }

    private static func readNotKept(_ row: Row) throws(Failure) -> (place: NotKept, skipped: Skipped) {
        let skipped = Skipped(packed: row.bytes(2))
        return (
            NotKept(ref: row.text(0), isFlagged: row.int(1) & FlagSet.flagged != 0, reason: skipped.reason), skipped
        )
    }

    /// The highest number that a place of the folder has; 0 where it has none.
    package func lastPlace(folder: Int64) throws(Failure) -> Int64 {
        try read { (db) throws(Failure) in
            try db.int("SELECT id FROM place WHERE folder = ? ORDER BY id DESC LIMIT 1", folder) ?? 0
        }
    }

    /// Whether a folder has got a message that is not kept and has this address, behind that place.
    package func hasLeftOut(_ address: String, folder: Int64, after place: Int64) throws(Failure) -> Bool {
        try read { (db) throws(Failure) in
            try db.exists(
                """
                SELECT 1 FROM address a JOIN left_out l ON l.address = a.id JOIN place p ON p.id = l.place
                WHERE a.key = ? AND l.place > ? AND p.folder = ? AND p.message IS NULL
                """, AddressKey.of(address), place, folder)
        }
    }
}

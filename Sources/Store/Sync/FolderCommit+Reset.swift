import Base
import CMailroom

/// The references of a folder become void: UIDVALIDITY changed.
///
/// The places stay, without references, until the folder is complete again, so that messages that are still there neither
/// vanish nor are fetched anew. That may be hundreds of thousands, so it goes in transactions of its own before the one of
/// the commit: the first takes the cursor away and marks the folder, the last takes the mark away. While it is there, no
/// reference of the folder counts; whoever comes after a crash goes on from it.
enum Reset {
    /// Values of `folder.void_places`: no place without a reference, some, and: those that have one are void, too.
    static let none: Int64 = 0
    static let some: Int64 = 1
    static let running: Int64 = 2

    /// How many places lose their reference in one transaction.
    static let slice = 2_000
}

extension Store {
    /// Makes every reference of the folder void, where a sync says so (`begin`) or a process died at it.
    func makeReferencesVoid(
        in folder: Int64, _ account: Int64, begin: Bool, _ lease: Lease
    ) throws(Failure) {
        if begin {
            try write(.normal) { (transaction) throws(Failure) in
                try transaction.require(lease, for: account)
                try transaction.db.run(
                    """
                    UPDATE folder SET void_places = ?, complete = 0, cursor = x'', status = NULL
                    WHERE id = ? AND account = ?
                    """, Reset.running, folder, account)
            }
        } else {
            let running = try read { (db) throws(Failure) in
                try db.exists("SELECT 1 FROM folder WHERE id = ? AND void_places = ?", folder, Reset.running)
            }
            guard running else { return }
        }
        var after = PlaceID.first(folder) - 1
        while after < PlaceID.last(folder) {
            StopPoint.slice.reach()
            let from = after
            after = try write(.normal) { (transaction) throws(Failure) in
                try transaction.require(lease, for: account)
                return try transaction.makeReferencesVoid(in: folder, account, after: from)
            }
        }
    }
}

extension Transaction {
    /// - Returns: the last place that was looked at, or the last that could be, when all is done.
    fileprivate func makeReferencesVoid(in folder: Int64, _ account: Int64, after: Int64) throws(Failure) -> Int64 {
        let places = try db.all(
            "SELECT id, message IS NULL FROM place WHERE id > ? AND id <= ? ORDER BY id LIMIT ?", after,
            PlaceID.last(folder), Reset.slice
        ) { (row) throws(Failure) in (id: row.int(0), skipped: row.bool(1)) }
        guard let first = places.first, let last = places.last else {
            try db.run("UPDATE folder SET void_places = ? WHERE id = ?", Reset.some, folder)
            return PlaceID.last(folder)
        }
        // What was skipped is nothing that could be recognised again.
        var counts = FolderCounts()
        for place in places where place.skipped {
            try removePlace(place.id, account: account, counts: &counts, erase: false)
        }
        try db.run(
            "UPDATE place SET ref = NULL WHERE id BETWEEN ? AND ? AND ref IS NOT NULL", first.id, last.id)
        return last.id
    }
}

extension FolderCommit {
    /// Removes places that were not found again; those with a wish wait for their reference.
    /// - Returns: true where more are left.
    mutating func dropVoidPlaces() throws(Failure) -> Bool {
        let void = try db.all(
            "SELECT id FROM place WHERE folder = ? AND ref IS NULL AND wish IS NULL LIMIT ?", folder,
            FolderCommit.voidSlice
        ) { (row) throws(Failure) in row.int(0) }
        for place in void { try transaction.removePlace(place, account: account, counts: &counts, erase: false) }
        hasVoidPlaces = try db.exists("SELECT 1 FROM place WHERE folder = ? AND ref IS NULL", folder)
        return void.count == Int(FolderCommit.voidSlice)
    }
}

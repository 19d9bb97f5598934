import Base

extension FolderCommit {
    /// The references are void; the places stay until the folder is complete again, so that messages that are still
    /// there neither vanish nor are fetched anew.
    mutating func reset() throws(Failure) {
        let skipped = try db.all(
            "SELECT id FROM place WHERE id BETWEEN ? AND ? AND message IS NULL", PlaceID.first(folder),
            PlaceID.last(folder)
        ) { (row) throws(Failure) in row.int(0) }
        for place in skipped {
            try transaction.removePlace(place, account: account, counts: &counts, erase: false)
        }
        try db.run(
            "UPDATE place SET ref = NULL WHERE id BETWEEN ? AND ? AND ref IS NOT NULL", PlaceID.first(folder),
            PlaceID.last(folder))
        hasVoidPlaces = true
        complete = false
    }

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

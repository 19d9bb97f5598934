import Base
import CMailroom

extension Store {
    /// Makes the account's folders those that are given: new ones come, known ones are brought up to date (one that was
    /// renamed, by its stable id, with all that is in it), the others go. The messages of those that go are adrift:
    /// they stay until a whole round has not found them elsewhere (`sweepAdrift`).
    /// - Parameter folders: records with path, and where there are: native, delimiter, role, selectable, messages, stable,
    ///   namespace, rights. Their `status` is not stored here: `setFoldersSynced` does, after the sync.
    /// - Parameter state: the provider's own values, stored with them; nil removes.
    /// - Returns: the folders that there are now, by path.
    /// - Throws: `MR_E_PROTOCOL` where nothing is listed although there are folders: no server has none, and to believe
    ///   it would empty the mailbox.
    package func applyFolders(
        _ account: Int64, _ folders: [Record], state: [(key: String, value: [UInt8]?)] = [], lease: Lease
    ) throws(Failure) -> [FolderRow] {
        try write { (transaction) throws(Failure) in
            try transaction.require(lease, for: account)
            try transaction.put(state, account: account)
            let there = try FolderRow.load(transaction.db, account: account)
            if folders.isEmpty, !there.isEmpty {
                throw Failure(MR_E_PROTOCOL, "the server lists no folder at all, and had \(there.count)")
            }
            let listing = try FolderListing(folders, there: there)
            for row in listing.gone { try transaction.remove(row) }
            // First out of the way: two folders may have taken each other's names.
            for (row, entry) in listing.kept where row.path != entry.path { try transaction.hide(row) }
            let roles = try transaction.listedRoles(account)
            for (row, entry) in listing.kept { try transaction.update(row, entry, listedRole: roles[row.id]) }
            for entry in listing.new { try transaction.insert(entry, account: account) }
        }
        StopPoint.foldersStored.reach()
        for folder in try foldersToEmpty(account) {
            try removePlaces(of: folder.id, andFolder: folder.leaving, erase: false)
        }
        return try self.folders(account)
    }

    /// The account's folders by path, in the order of its octets.
    package func folders(_ account: Int64) throws(Failure) -> [FolderRow] {
        try read { (db) throws(Failure) in
            try FolderRow.load(db, account: account).sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        }
    }

    /// - Throws: `MR_E_NOT_FOUND`.
    package func folder(_ id: Int64) throws(Failure) -> FolderRow {
        let found = try read { (db) throws(Failure) in
            try db.all(
                composed: "SELECT \(FolderRow.columns) FROM folder f WHERE f.id = ? AND f.leaving = 0", [.int(id)]
            ) { (row) throws(Failure) in FolderRow(row) }
        }
        guard let folder = found.first else { throw .notFound("folder \(id)") }
        return folder
    }

    /// Folders that are gone, and those that hold no messages any more (\Noselect) but have some.
    private func foldersToEmpty(_ account: Int64) throws(Failure) -> [(id: Int64, leaving: Bool)] {
        try read { (db) throws(Failure) in
            try db.all(
                """
                SELECT id, leaving FROM folder WHERE account = ?
                AND (leaving = 1 OR selectable = 0 AND (messages > 0 OR complete = 1))
                """, account
            ) { (row) throws(Failure) in (id: row.int(0), leaving: row.bool(1)) }
        }
    }

    /// Removes a folder's places a few at a time, then the folder itself, or what the provider knew of it.
    func removePlaces(of folder: Int64, andFolder whole: Bool, erase: Bool) throws(Failure) {
        var more = true
        while more {
            StopPoint.slice.reach()
            let slice = { (transaction: Transaction) throws(Failure) -> Bool in
                let db = transaction.db
                guard let account = try db.int("SELECT account FROM folder WHERE id = ?", folder) else { return false }
                let places = try db.all(
                    "SELECT id FROM place WHERE id BETWEEN ? AND ? ORDER BY id LIMIT 300", PlaceID.first(folder),
                    PlaceID.last(folder)
                ) { (row) throws(Failure) in row.int(0) }
                var counts = FolderCounts()
                for place in places {
                    try transaction.removePlace(place, account: account, counts: &counts, erase: erase)
                }
                try transaction.apply(counts, folder: folder, account: account)
                guard places.isEmpty else { return true }
                if whole {
                    try db.run("DELETE FROM folder WHERE id = ?", folder)
                } else {
                    try db.run(
                        "UPDATE folder SET cursor = x'', complete = 0, void_places = 0, status = NULL WHERE id = ?",
                        folder)
                }
                return false
            }
            more = try erase ? erasing(slice) : write(.normal, slice)
        }
    }
}

extension Transaction {
    fileprivate func insert(_ entry: FolderListing.Entry, account: Int64) throws(Failure) {
        try db.run(
            """
            INSERT INTO folder(account, path, native, delimiter, role, selectable, cursor, server_messages, stable,
              namespace, rights)
            VALUES(?, ?, ?, ?, ?, ?, x'', ?, ?, ?, ?)
            """, account, entry.path, entry.native, entry.delimiter, entry.role, entry.selectable, entry.messages,
            entry.stable, entry.namespace, entry.rights)
        change("folder", db.lastRowID, account: account, "added")
    }

    /// Gives the folder a name that no server has, so that another may have its path.
    fileprivate func hide(_ row: FolderRow) throws(Failure) {
        try db.run("UPDATE folder SET path = path || char(0) || id WHERE id = ?", row.id)
    }

    fileprivate func remove(_ row: FolderRow) throws(Failure) {
        try hide(row)
        try db.run("UPDATE folder SET leaving = 1 WHERE id = ?", row.id)
        change("folder", row.id, account: row.account, "removed")
    }

    /// The roles that the server gave, by folder.
    fileprivate func listedRoles(_ account: Int64) throws(Failure) -> [Int64: String] {
        let roles = try db.all("SELECT id, role FROM folder WHERE account = ? AND role IS NOT NULL", account) {
            (row) throws(Failure) in (row.int(0), row.text(1))
        }
        return Dictionary(roles) { first, _ in first }
    }

    fileprivate func update(_ row: FolderRow, _ entry: FolderListing.Entry, listedRole: String?) throws(Failure) {
        let renamed = Array(row.path.utf8) != Array(entry.path.utf8)
        let same =
            !renamed && row.native == entry.native && row.delimiter == entry.delimiter
            && listedRole == entry.role && row.selectable == entry.selectable && row.namespace == entry.namespace
            && row.rights == entry.rights
        let stable = entry.stable ?? row.stable
        if same, stable == row.stable, entry.messages == nil || entry.messages == row.serverMessages { return }
        try db.run(
            """
            UPDATE folder SET path = ?, native = ?, delimiter = ?, role = ?, selectable = ?, stable = ?, namespace = ?,
              rights = ?, server_messages = coalesce(?, server_messages) WHERE id = ?
            """, entry.path, entry.native, entry.delimiter, entry.role, entry.selectable, stable, entry.namespace,
            entry.rights, entry.messages, row.id)
        if renamed {
            change("folder", row.id, account: row.account, "changed", "renamed")
        } else if !same {
            change("folder", row.id, account: row.account, "changed")
        }
    }
}

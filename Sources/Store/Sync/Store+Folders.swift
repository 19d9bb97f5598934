import Base
import CMailroom

extension FolderRow {
    static let columns = """
        id, account, path, native, delimiter, role, selectable, cursor, complete, synced_at, messages, server_messages
        """

    init(_ row: Row) {
        self.init(
            id: row.int(0), account: row.int(1), path: row.text(2), native: row.bytes(3),
            delimiter: row.optionalText(4), role: row.optionalText(5), selectable: row.bool(6), cursor: row.bytes(7),
            complete: row.bool(8), syncedAt: row.optionalInt(9), messages: row.int(10),
            serverMessages: row.optionalInt(11))
    }
}

extension Store {
    /// Makes the account's folders those that are given: new ones come, those of the same path are brought up to date,
    /// the others go, with their places, and with messages that are in no other folder.
    /// - Parameter folders: records with path, and where there are: native, delimiter, role, selectable, messages.
    /// - Returns: the folders that there are now, by path.
    package func applyFolders(
        _ account: Int64, _ folders: [Record], lease: Lease
    ) throws(Failure) -> [FolderRow] {
        try write { (transaction) throws(Failure) in
            try transaction.require(lease, for: account)
            let db = transaction.db
            let there = try db.all(
                composed: "SELECT \(FolderRow.columns) FROM folder WHERE account = ? AND leaving = 0", [.int(account)]
            ) { (row) throws(Failure) in FolderRow(row) }
            // By octets: names that only look alike are two folders.
            var known = Dictionary(there.map { (Array($0.path.utf8), $0) }) { first, _ in first }
            var seen: Set<[UInt8]> = []
            for folder in folders {
                guard let path = folder.text("path"), !path.isEmpty else { throw .invalid("path", "a folder has none") }
                let octets = Array(path.utf8)
                guard seen.insert(octets).inserted else { continue }
                try transaction.put(folder, path: path, account: account, there: known.removeValue(forKey: octets))
            }
            for gone in known.values {
                // Renamed, so that a new folder may have the path while the old one's places are being removed.
                try db.run(
                    "UPDATE folder SET leaving = 1, path = path || char(0) || id WHERE id = ?", gone.id)
                transaction.change("folder", gone.id, account: account, "removed")
            }
        }
        StopPoint.foldersStored.reach()
        let leaving = try read { (db) throws(Failure) in
            try db.all("SELECT id FROM folder WHERE account = ? AND leaving = 1", account) {
                (row) throws(Failure) in row.int(0)
            }
        }
        for folder in leaving { try removeFolder(folder, erase: false) }
        return try self.folders(account)
    }

    /// The account's folders by path.
    package func folders(_ account: Int64) throws(Failure) -> [FolderRow] {
        try read { (db) throws(Failure) in
            try db.all(
                composed: "SELECT \(FolderRow.columns) FROM folder WHERE account = ? AND leaving = 0 ORDER BY path",
                [.int(account)]
            ) { (row) throws(Failure) in FolderRow(row) }
        }
    }

    /// Notes that the folder was equal to the server at that time.
    package func setFolderSynced(_ folder: Int64, at: Int64, lease: Lease) throws(Failure) {
        try write(.normal) { (transaction) throws(Failure) in
            guard let account = try transaction.db.int("SELECT account FROM folder WHERE id = ?", folder) else {
                throw .notFound("folder \(folder)")
            }
            try transaction.require(lease, for: account)
            try transaction.db.run("UPDATE folder SET synced_at = ? WHERE id = ?", at, folder)
        }
    }

    /// Removes a folder's places a few at a time, then the folder.
    func removeFolder(_ folder: Int64, erase: Bool) throws(Failure) {
        var more = true
        while more {
            let slice = { (transaction: Transaction) throws(Failure) -> Bool in
                let db = transaction.db
                guard let account = try db.int("SELECT account FROM folder WHERE id = ?", folder) else { return false }
                let places = try db.all(
                    "SELECT id, message FROM place WHERE id BETWEEN ? AND ? ORDER BY id LIMIT 300",
                    PlaceID.first(folder),
                    PlaceID.last(folder)
                ) { (row) throws(Failure) in (row.int(0), row.optionalInt(1)) }
                var folderCounts = FolderCounts()
                for (place, message) in places {
                    try transaction.removePlace(
                        place, message: message, account: account, counts: &folderCounts, erase: erase)
                }
                try transaction.apply(folderCounts, folder: folder, account: account)
                if places.isEmpty { try db.run("DELETE FROM folder WHERE id = ?", folder) }
                return !places.isEmpty
            }
            more = try erase ? erasing(slice) : write(.normal, slice)
        }
    }
}

extension Transaction {
    /// Inserts or updates one folder.
    fileprivate func put(
        _ folder: Record, path: String, account: Int64, there: FolderRow?
    ) throws(Failure) {
        let native = folder.bytes("native") ?? folder.text("native").map { Array($0.utf8) } ?? Array(path.utf8)
        let selectable = folder.int("selectable") != 0
        let messages = folder.int("messages")
        guard let there else {
            try db.run(
                """
                INSERT INTO folder(account, path, native, delimiter, role, selectable, cursor, server_messages)
                VALUES(?, ?, ?, ?, ?, ?, ?, ?)
                """, account, path, native, folder.text("delimiter"), folder.text("role"), selectable, [UInt8](),
                messages
            )
            change("folder", db.lastRowID, account: account, "added")
            return
        }
        let same =
            there.native == native && there.delimiter == folder.text("delimiter") && there.role == folder.text("role")
            && there.selectable == selectable
        if same, messages == nil || messages == there.serverMessages { return }
        try db.run(
            """
            UPDATE folder SET native = ?, delimiter = ?, role = ?, selectable = ?,
              server_messages = coalesce(?, server_messages) WHERE id = ?
            """, native, folder.text("delimiter"), folder.text("role"), selectable, messages, there.id)
        if !same { change("folder", there.id, account: account, "changed") }
    }
}

import Base

extension Store {
    /// Accounts whose inbox holds the same messages under the same references as this account's inbox: of its newest fifty
    /// messages nearly all, and ten at least. No two mailboxes do.
    package func accountsSharingInbox(with account: Int64) throws(Failure) -> [Int64] {
        try read { (db) throws(Failure) in
            let inbox = try FolderRow.load(db, account: account).first { $0.role == "inbox" }
            guard let inbox else { return [] }
            let newest = try db.all(
                """
                SELECT message, ref FROM place WHERE id BETWEEN ? AND ? AND message IS NOT NULL AND ref IS NOT NULL
                ORDER BY id DESC LIMIT 50
                """, PlaceID.first(inbox.id), PlaceID.last(inbox.id)
            ) { (row) throws(Failure) in (message: row.int(0), ref: row.text(1)) }
            guard newest.count >= 10 else { return [] }
            var shared: [Int64: Int] = [:]
            for place in newest {
                let others = try db.all(
                    """
                    SELECT DISTINCT f.account FROM place p JOIN folder f ON f.id = p.folder
                    WHERE p.message = ? AND p.ref = ? AND f.account <> ?
                    """, place.message, place.ref, account
                ) { (row) throws(Failure) in row.int(0) }
                for other in others { shared[other, default: 0] += 1 }
            }
            return shared.filter { $0.value * 10 >= newest.count * 9 }.keys.sorted()
        }
    }
}
